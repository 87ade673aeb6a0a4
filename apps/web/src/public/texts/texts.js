/** The languages of the page, each in a file beside this one; the first is taken where the reader has none of them. */
const LANGUAGES = ['en', 'zh'];
const PLACE = 'tetracast-language';

/** `?lang=` decides and is remembered; then what was remembered; then the languages of the browser (`Accept-Language`). */
function chooseLanguage() {
  const given = new URLSearchParams(location.search).get('lang');
  if (LANGUAGES.includes(given)) localStorage.setItem(PLACE, given);
  const wishes = [localStorage.getItem(PLACE), ...navigator.languages];
  return wishes.map((wish) => wish?.split('-')[0]).find((wish) => LANGUAGES.includes(wish)) ?? LANGUAGES[0];
}

export const language = chooseLanguage();

const { texts } = await import(`./${language}.js`);

/** The text of `key`, with `{name}` replaced by `values.name`. A key without a text is shown as it is, so that it is seen. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

const ATTRIBUTES = {
  text: 'textContent',
  title: 'title',
  label: 'ariaLabel',
  placeholder: 'placeholder',
  link: 'href',
};

/**
 * Fills elements by their `data-t-text`, `data-t-title`, `data-t-label`, `data-t-placeholder` and `data-t-link`, each the key of a text.
 * `*` in a key stands for `name`.
 */
export function translate(root, name = '') {
  for (const [kind, property] of Object.entries(ATTRIBUTES)) {
    for (const element of root.querySelectorAll(`[data-t-${kind}]`)) {
      element[property] = t(element.getAttribute(`data-t-${kind}`).replace('*', name));
    }
  }
}

/** Translates the page, and sets up its links to the other languages. */
export function translatePage() {
  document.documentElement.lang = { zh: 'zh-Hans' }[language] ?? language;
  document.title = t('page.title');
  translate(document);
  for (const link of document.querySelectorAll('a[data-language]')) {
    const query = new URLSearchParams(location.search);
    query.set('lang', link.dataset.language);
    link.href = `?${query}`;
    if (link.dataset.language === language) link.setAttribute('aria-current', 'true');
  }
}
