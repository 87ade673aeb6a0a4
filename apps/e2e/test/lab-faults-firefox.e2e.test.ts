import { type Firefox, launchFirefox } from '@tetracast/testing';
import { describeDemos } from './browsers/describe-demos';
import { describeFaults } from './browsers/describe-faults';
import { newFirefoxPage } from './browsers/firefox-page';
import { type LabSite, startLab } from './browsers/lab-site';

let site: LabSite;
let firefox: Firefox;

beforeAll(async () => {
  const [service, launched] = await Promise.all([startLab(), launchFirefox()]);
  firefox = launched;
  site = { service, newPage: () => newFirefoxPage(firefox) };
});

afterAll(async () => {
  await firefox[Symbol.asyncDispose]();
  await site.service[Symbol.asyncDispose]();
});

// Firefox itself delays the next WebSocket to a server after failed ones, on top of the panel's own back-off.
describeFaults('Firefox', () => site, ['polling', 'sse', 'socketio', 'sdk']);
describeDemos('Firefox', () => site);
