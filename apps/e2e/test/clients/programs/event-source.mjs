import { reportStream, streamUrl } from './event-stream.mjs';
import { options } from './report.mjs';

// The packages that bring an EventSource of the standard's form; each hands it out in its own way.
const [library] = options;
const loaded = await import(library);
const { EventSource = loaded.default, EventSourcePolyfill = EventSource } = loaded.default ?? loaded;

reportStream(new EventSourcePolyfill(streamUrl));
// undici's wait before it reconnects keeps no process alive.
setInterval(() => undefined, 60_000);
