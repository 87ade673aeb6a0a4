import { JSDOM } from 'jsdom';

import { url } from './report.mjs';

/** The window of an empty page of the server's origin. */
export const { window } = new JSDOM('<!doctype html>', { url });
