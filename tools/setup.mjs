/**
 * `npm run setup`: writes `.env`, which `npm start` and `docker compose` read, with a new AUTH_SECRET and a new API key. Settings that the file
 * already has keep their values, so it can run again.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { requireNode } from './checkout.mjs';

const FILE = '.env';
const SECRET_BYTES = 32;

const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');

/** Each setting, and how its first value is made. */
const SETTINGS = {
  AUTH_SECRET: newSecret,
  API_KEYS: () => `backend=${newSecret()}/*/*`,
};

requireNode();
const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
const given = parseEnv(text);
const missing = Object.keys(SETTINGS).filter((name) => !given[name]?.trim());
if (missing.length > 0) {
  const lines = missing.map((name) => `${name}=${SETTINGS[name]()}\n`).join('');
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  // Readable by the owner alone, if the file is new.
  appendFileSync(FILE, gap + lines, { mode: 0o600 });
}
for (const name of Object.keys(SETTINGS)) {
  console.log(`${name}: ${missing.includes(name) ? 'written to' : 'kept as it is in'} ${FILE}`);
}
console.log(`"npm start" and "docker compose up" read ${FILE}: start one of them again.`);
