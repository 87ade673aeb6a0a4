import { ask, type Check, errorOf, type Examination, messageOf, problemOf, type ServerError } from '../examination';
import type { Finding } from '../problems';

/** The server answers, and accepts the token. What fails here makes most other checks useless. */
export const checkReach: Check = async (examination) => {
  const check = 'the server answers';
  let response: Response;
  try {
    response = await ask(examination, `/polling?channel=${examination.channel}`);
  } catch (error) {
    return { check, problem: 'unreachable', detail: `no answer: ${messageOf(error)}` };
  }
  const text = response.clone();
  if (response.ok && 'cursor' in ((await response.json().catch(() => ({}))) as object)) {
    return { check, detail: `${response.status}` };
  }
  const error = await errorOf(text);
  if (error === undefined) {
    return { check, problem: 'not-tetracast', detail: `${response.status}, and not in the form of this server` };
  }
  return { check, ...(await explain(examination, error)) };
};

async function explain(examination: Examination, error: ServerError): Promise<Omit<Finding, 'check'>> {
  const detail = `${error.code}: ${error.detail}`;
  if (error.code === 'forbidden_origin') {
    const isOwnName = error.detail.includes(new URL(examination.url).hostname);
    return { problem: isOwnName ? 'allowed-host' : 'host', detail };
  }
  if (problemOf(error) === 'unavailable') return { problem: 'unavailable', detail };
  if (examination.token !== undefined && (await isAcceptedInUrl(examination))) {
    return { problem: 'authorization', detail: 'the token is accepted in the URL, and not in Authorization' };
  }
  return { problem: 'token', detail };
}

/** Remembers it, so that the other checks can go on. */
async function isAcceptedInUrl(examination: Examination): Promise<boolean> {
  examination.isTokenInUrl = true;
  const response = await ask(examination, `/polling?channel=${examination.channel}`).catch(() => undefined);
  await response?.body?.cancel();
  examination.isTokenInUrl = response?.ok === true;
  return examination.isTokenInUrl;
}
