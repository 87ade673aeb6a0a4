import { type Firefox, launchChromium, launchFirefox, NO_LIMITS, type ServiceProcess } from '@tetracast/testing';
import type { Browser, BrowserContext } from 'playwright-core';
import { newChromiumPage } from './browsers/chromium-page';
import { describeSdk } from './browsers/describe-sdk';
import { newFirefoxPage } from './browsers/firefox-page';
import { startService } from './system';

let service: ServiceProcess;
let chromium: Browser;
let context: BrowserContext;
let firefox: Firefox;

beforeAll(async () => {
  [service, chromium, firefox] = await Promise.all([
    startService('standalone', NO_LIMITS),
    launchChromium(),
    launchFirefox(),
  ]);
  context = await chromium.newContext();
});

afterAll(async () => {
  await Promise.all([chromium.close(), firefox[Symbol.asyncDispose]()]);
  await service[Symbol.asyncDispose]();
});

// All pages of a browser in one context: tabs of one user.
describeSdk('Chromium', () => ({ service, newPage: () => newChromiumPage(context) }));
describeSdk('Firefox', () => ({ service, newPage: () => newFirefoxPage(firefox) }));
