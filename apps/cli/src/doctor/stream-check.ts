import { ask, type Check, codeOf, publish, within } from './examination';
import { messageOf, refused } from './http-checks';

/** An event stream begins at once, is not compressed, and passes a message on when it is published. */
export const checkStream: Check = async (examination) => {
  const { channel, patienceMs } = examination;
  const check = 'event streams pass at once';
  const response = await ask(
    examination,
    `/sse?channel=${channel}`,
    { headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip' } },
    3 * patienceMs,
  ).catch((error: unknown) => messageOf(error));
  if (typeof response === 'string') return { check, problem: 'buffering', detail: `no head of an answer: ${response}` };
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const code = await codeOf(response);
    return code === undefined ? { check, problem: 'stream', detail: `${response.status}` } : refused(check, code);
  }
  const coding = response.headers.get('content-encoding');
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const readUntil = async (wanted: string): Promise<boolean> => {
    while (!text.includes(wanted)) {
      const part = await reader?.read();
      if (part === undefined || part.done) return false;
      text += decoder.decode(part.value, { stream: true });
    }
    return true;
  };
  const mark = `doctor-${channel}`;
  try {
    const begins = await within(examination, patienceMs, readUntil('id:'));
    if (begins === true) await publish(examination, mark);
    const passes = begins === true && (await within(examination, patienceMs, readUntil(mark))) === true;
    if (coding !== null) return { check, problem: 'compression', detail: `content-encoding: ${coding}` };
    if (passes) return { check, detail: 'the first bytes and a message' };
    return {
      check,
      problem: 'buffering',
      detail: begins === true ? 'a message is held back' : 'nothing comes of the stream',
    };
  } catch (error) {
    return { check, problem: 'stream', detail: messageOf(error) };
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
};
