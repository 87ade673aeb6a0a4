import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const CHROMIUM_INSTALL = 'sudo apt-get install -y chromium';

export interface ChromiumOptions {
  /** Keeps the pages that were left in the back/forward cache, as a browser does that is not driven. Default `false`. */
  readonly keepsPages?: boolean;
}

/** A headless Chromium; it is closed by `await using`, and ends with the test process. */
export function launchChromium({ keepsPages = false }: ChromiumOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    ignoreDefaultArgs: keepsPages ? ['--disable-back-forward-cache'] : [],
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The path in `CHROMIUM_PATH`, or the first Chromium in `PATH`; throws with the command that installs one. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const given = env.CHROMIUM_PATH;
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH names no program: ${given}. Unset it, or install one: ${CHROMIUM_INSTALL}`);
  }
  const dirs = (env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  const found = NAMES.flatMap((name) => dirs.map((dir) => join(dir, name))).find(isExecutable);
  if (found === undefined) throw new Error(`chromium not found. Install it: ${CHROMIUM_INSTALL}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
