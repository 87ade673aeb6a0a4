import { type Firefox, launchChromium, launchFirefox, NO_LIMITS, type ServiceProcess } from '@tetracast/testing';
import type { Browser, BrowserContext } from 'playwright-core';
import { newChromiumPage } from './browsers/chromium-page';
import { describeMore, describeSdk, type SdkSite } from './browsers/describe-sdk';
import { newFirefoxPage } from './browsers/firefox-page';
import { signalTree } from './browsers/signal-tree';
import { startService } from './system';

let service: ServiceProcess;
let chromium: Browser;
let chromiumPid: number;
let context: BrowserContext;
let firefox: Firefox;

beforeAll(async () => {
  [service, chromium, firefox] = await Promise.all([
    // It soon gives up a browser that was stopped.
    startService('standalone', { ...NO_LIMITS, HEARTBEAT_INTERVAL: '1s', HEARTBEAT_TIMEOUT: '1s' }),
    launchChromium({ keepsPages: true }),
    launchFirefox(),
  ]);
  context = await chromium.newContext();
  const { processInfo } = await (await chromium.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  chromiumPid = processInfo.find(({ type }) => type === 'browser')?.id ?? NaN;
});

afterAll(async () => {
  await Promise.all([chromium.close(), firefox[Symbol.asyncDispose]()]);
  await service[Symbol.asyncDispose]();
});

// All pages of a browser in one context: tabs of one user.
const inChromium = (): SdkSite => ({
  service,
  newPage: () => newChromiumPage(context),
  signal: (signal) => signalTree(chromiumPid, signal),
});
const inFirefox = (): SdkSite => ({
  service,
  newPage: () => newFirefoxPage(firefox),
  signal: (signal) => signalTree(firefox.pid, signal),
});
describeSdk('Chromium', inChromium);
describeMore('Chromium', inChromium, (isOffline) => context.setOffline(isOffline));
describeSdk('Firefox', inFirefox);
