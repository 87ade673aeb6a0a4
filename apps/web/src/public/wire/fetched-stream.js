import { byteLength } from '../panel/meters.js';
import { cross } from './crossings.js';
import { eventLabel } from './labels.js';

/** Reports an event stream that a script reads by `fetch`, from its head to its end; `response` is a copy of the script's. */
export async function reportEvents(transport, response, headBytes) {
  const report = (crossing) => cross(() => ({ transport, bytes: 0, ...crossing }));
  report({ direction: 'down', kind: 'response', label: '200 text/event-stream', bytes: headBytes });
  let rest = '';
  const write = (part) => {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks.filter((each) => /^data:/m.test(each))) {
      report({ direction: 'down', kind: 'event', label: labelOf(block), bytes: byteLength(block) + 2 });
    }
  };
  const text = response.body.pipeThrough(new TextDecoderStream());
  // The script that closes its stream closes the copy as well, as an error.
  await text.pipeTo(new WritableStream({ write })).catch(() => {});
  report({ direction: 'none', kind: 'end', label: 'close', closes: true });
}

function labelOf(block) {
  const fieldOf = (name) => block.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
  return eventLabel({ type: fieldOf('event') ?? 'message', data: fieldOf('data') });
}
