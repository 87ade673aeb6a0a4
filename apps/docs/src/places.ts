import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

/** The Markdown of this repository. */
export const SOURCES = resolve(ROOT, 'docs');

/** What the web service serves at `BASE`. */
export const SITE = resolve(ROOT, 'dist/docs');

export const BASE = '/docs/';
