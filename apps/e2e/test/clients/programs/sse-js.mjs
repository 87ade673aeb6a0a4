import { SSE } from 'sse.js';

import { reportStream, streamUrl } from './event-stream.mjs';
import { window } from './page.mjs';

globalThis.XMLHttpRequest = window.XMLHttpRequest;

reportStream(new SSE(streamUrl, { autoReconnect: true }));
