export { encodeOpening } from './sse-framing';
export { SseSink } from './sse-sink';
export { bodyFor, type StreamBody } from './stream-body';
export { encodeHead, STREAM_HEADERS } from './stream-head';
