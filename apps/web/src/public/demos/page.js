import { keepChoices } from '../lab/keep-choices.js';
import { language, t, translate } from '../texts/texts.js';

/** What each demo has besides its code: the texts in the reader's language, and the code itself, as it runs. */
document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language;
document.title = t(document.querySelector('h1').dataset.tText);
translate(document);
keepChoices();
for (const code of document.querySelectorAll('code[data-file]')) {
  const response = await fetch(code.dataset.file);
  code.textContent = await response.text();
}
