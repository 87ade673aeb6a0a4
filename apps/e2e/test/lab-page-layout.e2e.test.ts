import { launchChromium, type ServiceProcess, startTogether } from '@tetracast/testing';
import type { Browser, Locator } from 'playwright-core';
import { LabPage, PANELS } from './lab-page';
import { startService } from './system';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let standalone: ServiceProcess;
let browser: Browser;

beforeAll(async () => {
  [standalone, browser] = await startTogether(startService('standalone'), launchChromium());
});

afterAll(async () => {
  await browser.close();
  await standalone[Symbol.asyncDispose]();
});

async function openLab(viewport: typeof DESKTOP, channel: string): Promise<LabPage> {
  const lab = new LabPage(await browser.newPage({ viewport }));
  await lab.open(`${standalone.url}/?channel=${channel}`);
  return lab;
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly width: number;
}

function boxOf(part: Locator): Promise<Box> {
  return part.evaluate((element) => {
    const { top, bottom, left, width } = element.getBoundingClientRect();
    return { top, bottom, left, width };
  });
}

/** Where the last row is, and where the box that scrolls it is. */
async function newestRow(lab: LabPage, panel: (typeof PANELS)[number]): Promise<{ row: Box; box: Box }> {
  const list = lab.part(panel, 'messages');
  return { row: await boxOf(list.locator('li').last()), box: await boxOf(list.locator('..')) };
}

async function expectNewestInView(lab: LabPage): Promise<void> {
  // What changes with the last message has been laid out.
  await lab.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  for (const panel of PANELS) {
    const { row, box } = await newestRow(lab, panel);
    expect({ panel, isWhole: row.top >= box.top - 1 && row.bottom <= box.bottom + 1, row, box }).toMatchObject({
      isWhole: true,
    });
  }
}

describe('the layout of the lab page', () => {
  it.each([
    ['a desktop', DESKTOP],
    ['a low window', { width: 1280, height: 640 }],
    ['a phone', PHONE],
  ] as const)('shows the newest row whole in all panels, on %s', async (name, viewport) => {
    const lab = await openLab(viewport, `newest on ${name}`.replaceAll(' ', '-'));

    await lab.page.locator('[data-role="bulk"]').click();
    for (const panel of PANELS) await lab.part(panel, 'messages').locator('li').nth(19).waitFor({ state: 'attached' });

    await expectNewestInView(lab);
    await lab.page.close();
  });

  it.each([1256, 1121])('shows each name and each state whole beside the other, %i pixels wide', async (width) => {
    const lab = await openLab({ width, height: 800 }, `names-${width}`);
    const cutOff = (): Promise<string[]> =>
      lab.page
        .locator('.panel > h2, .panel > .state')
        .evaluateAll((parts) =>
          parts.filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.textContent),
        );
    const heights = (): Promise<number[]> =>
      lab.page.locator('.panel > h2').evaluateAll((names) => names.map(({ clientHeight }) => clientHeight));

    expect(await cutOff()).toEqual([]);
    const connected = await heights();
    for (const panel of PANELS) await lab.setCut(panel, true);

    expect(await cutOff()).toEqual([]);
    expect(await heights()).toEqual(connected);
    await lab.page.close();
  });

  it('keeps the newest row in view when the window becomes lower', async () => {
    const lab = await openLab(DESKTOP, 'lower');
    await lab.page.locator('[data-role="bulk"]').click();
    for (const panel of PANELS) await lab.part(panel, 'messages').locator('li').nth(19).waitFor({ state: 'attached' });

    await lab.page.setViewportSize({ width: 1280, height: 660 });

    await expectNewestInView(lab);
    await lab.page.close();
  });

  it('leaves a reader who has scrolled up where they are', async () => {
    const lab = await openLab({ width: 1280, height: 640 }, 'reader');
    await lab.page.locator('[data-role="bulk"]').click();
    for (const panel of PANELS) await lab.part(panel, 'messages').locator('li').nth(19).waitFor({ state: 'attached' });
    const box = lab.part('sse', 'messages').locator('..');
    await box.evaluate(async (element) => {
      const scrolled = new Promise((resolve) => element.addEventListener('scroll', resolve, { once: true }));
      element.scrollTop = 0;
      await scrolled;
    });

    await lab.publish('sse', 'one more');
    for (const panel of PANELS) await lab.shows(panel, 'one more');
    await lab.page.setViewportSize({ width: 1280, height: 660 });

    expect(await box.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    await lab.page.close();
  });

  it('has the check box of the history at the left edge, just before its words, on a phone', async () => {
    const lab = await openLab(PHONE, 'edges');

    const check = await boxOf(lab.page.locator('[data-role="history"]'));
    const edge = await boxOf(lab.page.locator('[data-role="bar"]'));

    expect(check.left - edge.left).toBeLessThanOrEqual(1);
    expect(check.width).toBeLessThanOrEqual(24);
    await lab.page.close();
  });
});
