import type { Firefox } from '@tetracast/testing';
import { type DrivenPage, REPORT_VIOLATIONS } from './driven-page';

/** In the page: resolves when there are so many elements of the selector with that text in them. */
export function untilThereAre(count: number, selector: string, text: string | RegExp = ''): string {
  const matches = typeof text === 'string' ? `text.includes(${JSON.stringify(text)})` : `${text}.test(text)`;
  return `new Promise((resolve) => {
    const textOf = ({ textContent }) => textContent.replace(/\\s+/g, ' ');
    const look = () => {
      const found = [...document.querySelectorAll(${JSON.stringify(selector)})].map(textOf).filter((text) => ${matches});
      if (found.length >= ${count}) resolve();
    };
    const changes = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver(look).observe(document, changes);
    look();
  })`;
}

export async function newFirefoxPage(firefox: Firefox): Promise<DrivenPage> {
  const page = await firefox.newPage(REPORT_VIOLATIONS);
  const waitFor = async (selector: string, text?: string | RegExp): Promise<void> => {
    await page.evaluate(untilThereAre(1, selector, text));
  };
  /** Does something with the element of a selector, once it is there. */
  const act = async (selector: string, work: string): Promise<void> => {
    await waitFor(selector);
    await page.evaluate(`{ const element = document.querySelector(${JSON.stringify(selector)}); ${work} }`);
  };
  return {
    failures: page.failures,
    open: (url) => page.open(url),
    back: () => page.back(),
    waitFor,
    click: (selector) => act(selector, 'element.click();'),
    setChecked: (selector, isChecked) => act(selector, `if (element.checked !== ${isChecked}) element.click();`),
    fill: (selector, text) => act(selector, `element.value = ${JSON.stringify(text)};`),
    async evaluate<T>(expression: string) {
      return JSON.parse(await page.evaluate(`(async () => JSON.stringify((await (${expression})) ?? null))()`)) as T;
    },
    close: () => page.close(),
  };
}
