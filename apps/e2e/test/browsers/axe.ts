import Axe from 'axe-core';
import type { Page, ViewportSize } from 'playwright-core';

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** What axe-core finds in a page, of any impact; the page may forbid inline scripts. */
export async function findFlaws(page: Page): Promise<string[]> {
  await page.evaluate(Axe.source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return (await axe.run(document, { resultTypes: ['violations'], iframes: false })).violations;
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** In light and dark colours, at each size. */
export async function expectNoFlaws(page: Page, sizes: readonly ViewportSize[]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = { url: page.url(), size, colorScheme, flaws: await findFlaws(page) };
      expect(found).toEqual({ ...found, flaws: [] });
    }
  }
}
