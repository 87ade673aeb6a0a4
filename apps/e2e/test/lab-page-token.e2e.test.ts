import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium, startTogether } from '@tetracast/testing';
import { LabPage, PANELS } from './lab-page';
import { startSystem, type System } from './system';

const ROOT = resolve(__dirname, '../../..');
const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await startTogether(startSystem({ AUTH_SECRET }), launchChromium());
});

afterAll(async () => {
  await browser.close();
  await system[Symbol.asyncDispose]();
});

/** As an operator makes one: `npm run token -- …`. */
function mintToken(...options: string[]): string {
  const said = execFileSync('npm', ['run', '--silent', 'token', '--', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, AUTH_SECRET },
  });
  return said.trim();
}

async function newLab(): Promise<LabPage> {
  const context = await browser.newContext();
  return new LabPage(await context.newPage());
}

describe('the lab page where tokens are needed', () => {
  it('shows a message in all panels, published by each', async () => {
    const token = mintToken('--sub', 'ann', '--subscribe', 'chat:*', '--publish', 'chat:room');
    const lab = await newLab();
    await lab.open(`${system.url}/?channel=chat:room#token=${token}`);

    for (const from of PANELS) {
      await lab.publish(from, `hello from ${from}`);
      for (const panel of PANELS) await lab.shows(panel, `hello from ${from}`);
    }

    expect(lab.failures).toEqual([]);
    expect(lab.page.url()).not.toContain(token);
    await lab.page.context().close();
  });

  it('goes on after a cut, and publishes nothing that the token does not allow', async () => {
    const token = mintToken('--sub', 'ben', '--subscribe', 'chat:*');
    const other = mintToken('--publish', 'chat:read');
    const lab = await newLab();
    await lab.open(`${system.url}/?channel=chat:read#token=${token}`);

    await lab.publish('websocket', 'mine');
    await lab.part('websocket', 'note').getByText('does not allow').waitFor();
    for (const panel of PANELS) await lab.setCut(panel, true);
    const stored = await fetch(`${system.url}/polling`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other}` },
      body: new URLSearchParams({ channel: 'chat:read', 'data[text]': 'missed' }),
    });
    expect(stored.status).toBe(201);
    for (const panel of PANELS) await lab.setCut(panel, false);

    for (const panel of PANELS) {
      await lab.shows(panel, 'missed');
      expect(await lab.texts(panel)).toEqual(['missed']);
    }
    await lab.page.context().close();
  });

  it('shows nothing with a token that is none, and all panels say why in the same words', async () => {
    const lab = await newLab();
    await lab.page.goto(`${system.url}/?channel=chat:room&lang=en#token=not-a-token`);

    for (const panel of PANELS) {
      await lab.becomes(panel, 'cut');
      expect(await lab.part(panel, 'note').innerText()).toBe('the server refuses: The token is not a signed JWT');
    }
    expect(await lab.page.locator('li[data-id]').count()).toBe(0);
    await lab.page.context().close();
  });

  it('shows nothing without one, and says why before the server ends the wait for a token', async () => {
    const lab = await newLab();
    await lab.page.goto(`${system.url}/?channel=chat:room&lang=en`);

    for (const panel of PANELS) {
      await lab.becomes(panel, 'cut');
      await lab
        .part(panel, 'note')
        .getByText(/a token/i)
        .waitFor();
    }
    expect(await lab.part('websocket', 'note').innerText()).toBe(
      'the server refuses: it needs a token for this channel',
    );
    expect(await lab.page.locator('li[data-id]').count()).toBe(0);
    await lab.page.context().close();
  });
});
