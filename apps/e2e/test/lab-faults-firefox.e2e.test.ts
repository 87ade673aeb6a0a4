import { type Firefox, launchFirefox } from '@tetracast/testing';
import { describeAnswer } from './browsers/describe-answer';
import { describeDemos } from './browsers/describe-demos';
import { describeFaults } from './browsers/describe-faults';
import { newFirefoxPage } from './browsers/firefox-page';
import { type LabSite, startLab } from './browsers/lab-site';
import { ScriptedModel } from './browsers/scripted-model';

let site: LabSite;
let firefox: Firefox;

beforeAll(async () => {
  const model = await ScriptedModel.start();
  const [service, launched] = await Promise.all([startLab(model), launchFirefox()]);
  firefox = launched;
  site = { service, model, newPage: () => newFirefoxPage(firefox) };
});

afterAll(async () => {
  await firefox[Symbol.asyncDispose]();
  await site.service[Symbol.asyncDispose]();
  await site.model[Symbol.asyncDispose]();
});

// Firefox itself delays the next WebSocket to a server after failed ones, on top of the panel's own back-off.
describeFaults('Firefox', () => site, ['polling', 'sse', 'socketio', 'sdk']);
describeAnswer('Firefox', () => site);
describeDemos('Firefox', () => site);
