import { ask, type Check, publish } from '../examination';

/** What AUTH_LEEWAY is by default. */
const SKEW_MAX_S = 5;

/** The server's clock, by the time of a message; if none may be published, by the header Date, which a proxy may have set. */
export const checkClock: Check = async (examination) => {
  const { channel, io } = examination;
  const check = 'the clocks agree';
  const beforeMs = io.runtime.now();
  const { id } = await publish(examination, 'clock');
  const afterMs = io.runtime.now();
  const response = await ask(examination, `/polling?channel=${channel}${id === undefined ? '' : '&rewind=1'}`);
  const { messages = [] } = (await response.json().catch(() => ({}))) as { messages?: { time: number }[] };
  const theirs = messages.at(-1)?.time ?? Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return { check, isUnknown: true, detail: 'the answers have no date' };
  // How long the request took says nothing about the clocks.
  const skewS = Math.round((Math.min(0, theirs - beforeMs) + Math.max(0, theirs - afterMs)) / 1000);
  if (Math.abs(skewS) <= SKEW_MAX_S) return { check, detail: `within ${SKEW_MAX_S} s` };
  const detail = `the server's clock is ${Math.abs(skewS)} s ${skewS < 0 ? 'behind' : 'ahead'}`;
  return { check, problem: 'clock', detail };
};
