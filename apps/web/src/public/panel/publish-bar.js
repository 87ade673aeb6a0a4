import { t } from '../texts/texts.js';

const BULK = 20;

/** The controls over all panels: many messages at once through one of them, and a clean page. */
export function setUpPublishBar(bar, lanes, clear) {
  const part = (role) => bar.querySelector(`[data-role="${role}"]`);
  const say = (text) => (part('status').textContent = text);

  part('bulk').addEventListener('click', async ({ currentTarget }) => {
    const { publish } = lanes.find(({ name }) => name === part('bulk-transport').value);
    await publishMany(currentTarget, { total: BULK, publishOf: () => publish, say, words: 'bar' });
  });
  part('clear').addEventListener('click', () => {
    clear();
    say(t('bar.cleared'));
  });
}

/**
 * One after the other: numbers are only in order if each waits for the answer to the one before it. `publishOf(number)` is the
 * function that publishes that message. A second click while it works does nothing. Resolves to whether all were published.
 */
export async function publishMany(button, { total, publishOf, say, words, progress = () => {} }) {
  if (button.ariaDisabled === 'true') return false;
  button.ariaDisabled = 'true'; // not `disabled`: that would take the focus away
  let count = 0;
  try {
    while (count < total) {
      await publishOf(count)(t('bar.numbered', { number: count + 1, total }));
      count += 1;
      progress(count);
    }
    say(t(`${words}.published`, { count, total }));
  } catch (error) {
    say(t(`${words}.stopped`, { count, total, reason: error.message }));
  }
  button.ariaDisabled = 'false';
  return count === total;
}
