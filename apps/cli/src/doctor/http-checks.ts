import { ask, type Check, codeOf, publish } from './examination';
import type { Finding } from './findings';

const SKEW_MAX_S = 30;
/** Less than MAX_MESSAGE_BYTES by default. */
const LARGE_BYTES = 60_000;

/** The server answers; what fails here makes all other checks useless. */
export const checkReach: Check = async (examination) => {
  const check = 'the server answers';
  let response: Response;
  try {
    response = await ask(examination, `/polling?channel=${examination.channel}`);
  } catch (error) {
    return { check, problem: 'unreachable', detail: `no answer: ${messageOf(error)}` };
  }
  if (response.ok) {
    const { cursor } = (await response.json().catch(() => ({}))) as { cursor?: string };
    if (cursor !== undefined) return { check, detail: `${response.status}` };
  }
  const code = await codeOf(response);
  if (code === undefined) {
    return { check, problem: 'not-tetracast', detail: `${response.status}, and not in the form of this server` };
  }
  return { check, problem: 'token', detail: `${response.status} ${code}` };
};

export const checkClock: Check = async (examination) => {
  const check = 'the clocks agree';
  const response = await ask(examination, `/polling?channel=${examination.channel}`);
  await response.body?.cancel();
  const theirs = Date.parse(response.headers.get('date') ?? '');
  const skewS = Math.round((theirs - examination.io.runtime.now()) / 1000);
  if (!Number.isFinite(skewS) || Math.abs(skewS) <= SKEW_MAX_S) return { check, detail: 'within 30 s' };
  return {
    check,
    problem: 'clock',
    detail: `the server's clock is ${Math.abs(skewS)} s ${skewS < 0 ? 'behind' : 'ahead'}`,
  };
};

/** A page of the site itself, or of `--origin`, may use the server. */
export const checkOrigin: Check = async (examination) => {
  const { origin, url, channel } = examination;
  const check = `pages of ${origin} may use it`;
  const response = await ask(examination, `/polling?channel=${channel}`, { headers: { origin } });
  if ((await codeOf(response)) !== 'forbidden_origin') return { check, detail: `${response.status}` };
  const isOwn = origin === new URL(url).origin;
  return { check, problem: isOwn ? 'host' : 'cors', detail: `${response.status} forbidden_origin` };
};

export const checkBody: Check = async (examination) => {
  const check = 'a message of 60 kB is taken';
  const response = await publish(examination, 'x'.repeat(LARGE_BYTES)).catch(() => undefined);
  if (response?.ok === true) return { check, detail: `${response.status}` };
  const code = response === undefined ? undefined : await codeOf(response);
  if (code === undefined) {
    return {
      check,
      problem: 'body-limit',
      detail: response === undefined ? 'no answer' : `${response.status} from a proxy`,
    };
  }
  return code === 'message_too_large' ? { check, detail: 'MAX_MESSAGE_BYTES is smaller' } : refused(check, code);
};

export function refused(check: string, code: string): Finding {
  return { check, problem: 'token', detail: code };
}

export function messageOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
