import type { BrowserContext } from 'playwright-core';
import { type DrivenPage, REPORT_VIOLATIONS } from './driven-page';

export async function newChromiumPage(context: BrowserContext): Promise<DrivenPage> {
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text());
  });
  await page.addInitScript(REPORT_VIOLATIONS);
  const first = (selector: string) => page.locator(selector).first();
  return {
    failures,
    async open(url) {
      await page.goto(url);
    },
    async back() {
      await page.goBack({ waitUntil: 'commit' });
    },
    async waitFor(selector, text) {
      const elements = page.locator(selector, text === undefined ? {} : { hasText: text });
      await elements.first().waitFor({ state: 'attached' });
    },
    click: (selector) => first(selector).click(),
    setChecked: (selector, isChecked) => first(selector).setChecked(isChecked, { force: true }),
    fill: (selector, text) => first(selector).fill(text),
    evaluate: (expression) => page.evaluate(expression),
    close: () => page.close(),
  };
}
