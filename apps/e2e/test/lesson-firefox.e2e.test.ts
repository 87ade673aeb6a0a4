import { launchFirefox, NO_LIMITS } from '@tetracast/testing';
import { untilThereAre } from './browsers/firefox-page';
import { PANELS } from './lab-page';
import { startService } from './system';

describe('the lesson in Firefox', () => {
  it('shows each message cross the wire, what it costs, and the same-origin rule', async () => {
    await using standalone = await startService('standalone', NO_LIMITS);
    await using firefox = await launchFirefox();
    const page = await firefox.newPage();
    await page.open(`${standalone.url}/?channel=firefox&lang=en`);
    await page.evaluate(untilThereAre(PANELS.length, 'section[data-state="connected"]'));

    for (const [index, panel] of PANELS.entries()) {
      await page.evaluate(`{
        const form = document.querySelector('#${panel} [data-role="form"]');
        form.querySelector('input').value = 'from ${panel}';
        form.requestSubmit();
      }`);
      await page.evaluate(untilThereAre((index + 1) * PANELS.length, 'li[data-id]'));
    }
    await page.evaluate(untilThereAre(1, '[data-role="charts"][data-drawn]'));
    await page.evaluate(`document.querySelector('[data-role="other-origin"]').click()`);
    await page.evaluate(untilThereAre(6, '[data-role="origin-answers"] li'));

    const arrows = await page.evaluate(`document.querySelector('#sse [data-role="arrows"]').textContent`);
    for (const panel of PANELS) expect(arrows).toContain(`event · from ${panel}`);
    const answers = await page.evaluate(`document.querySelector('[data-role="origin-answers"]').innerText`);
    expect(answers).toContain('fetch: 200 OK');
    expect(answers).toContain('fetch: TypeError: NetworkError');
  });
});
