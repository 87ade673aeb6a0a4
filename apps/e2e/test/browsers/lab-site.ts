import { type ServiceProcess, startProcess } from '@tetracast/testing';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { DrivenPage } from './driven-page';
import type { ScriptedModel } from './scripted-model';

export const ROOT = resolve(__dirname, '../../../..');
export const STANDALONE = resolve(ROOT, 'dist/apps/standalone/main.cjs');

const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

/** One service and one browser, which the suites share. */
export interface LabSite {
  service: ServiceProcess;
  /** The upstream of the relay `demo`. */
  readonly model: ScriptedModel;
  newPage(): Promise<DrivenPage>;
}

/** Starts everything in one process, as `npm start` does. The panels have a token; the demos have none. Who leaves is soon gone. */
export function startLab(model: ScriptedModel, port?: number): Promise<ServiceProcess> {
  const env = {
    AUTH_SECRET,
    PUBLIC_SUBSCRIBE: '*',
    PUBLIC_PUBLISH: '*',
    PUBLIC_PRESENCE: 'chat:lobby',
    NAMESPACES_FILE: resolve(ROOT, 'namespaces.yaml'),
    PRESENCE_GRACE: '1s',
    RELAY_DEMO: model.url,
  };
  return startProcess({ file: STANDALONE, args: ['--faults'], env, ...(port !== undefined && { port }) });
}

/** The address of the lab page with the faults section and a token for everything. */
export function faultsUrl({ url }: ServiceProcess, channel: string, language: string): string {
  return `${url}/?faults=on&channel=${channel}&lang=${language}#token=${mintToken('--subscribe', '*', '--publish', '*')}`;
}

export async function publish({ url }: ServiceProcess, channel: string, data: string): Promise<void> {
  const body = new URLSearchParams({ channel, data });
  expect((await fetch(`${url}/polling`, { method: 'POST', body })).status).toBe(201);
}

export function mintToken(...permissions: readonly string[]): string {
  const env = { ...process.env, AUTH_SECRET };
  return execFileSync('npm', ['run', '--silent', 'token', '--', '--sub', 'ann', ...permissions], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  }).trim();
}
