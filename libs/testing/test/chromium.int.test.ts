import { findChromium, launchChromium } from '../src';

describe('launchChromium', () => {
  it('opens a page', async () => {
    await using browser = await launchChromium();
    const page = await browser.newPage();

    await page.setContent('<title>a page</title>');

    expect(await page.title()).toBe('a page');
  });
});

describe('findChromium', () => {
  it('takes CHROMIUM_PATH', () => {
    expect(findChromium({ CHROMIUM_PATH: process.execPath, PATH: '/nowhere' })).toBe(process.execPath);
  });

  it('says when CHROMIUM_PATH is wrong', () => {
    expect(() => findChromium({ CHROMIUM_PATH: '/no/such/chromium' })).toThrow(
      'CHROMIUM_PATH names no program: /no/such/chromium',
    );
  });

  it('says how to install it when it is missing', () => {
    expect(() => findChromium({ PATH: '/nowhere' })).toThrow(
      'chromium not found. Install it: sudo apt-get install -y chromium',
    );
  });
});
