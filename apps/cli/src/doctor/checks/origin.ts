import { ask, type Check, errorOf, type Examination, refusedOriginOf } from '../examination';
import type { Finding } from '../problems';

/** Of no page. */
const FOREIGN = 'https://tetracast-doctor.invalid';

const pathOf = ({ channel }: Examination): string => `/polling?channel=${channel}`;

/** A page of the site itself, or of `--origin`, may use the server, and its browser shows it the answers. */
export const checkOrigin: Check = async (examination) => {
  const { origin } = examination;
  const check = `pages of ${origin} may use it`;
  const response = await ask(examination, pathOf(examination), { headers: { origin } });
  const error = response.ok ? undefined : await errorOf(response);
  await response.body?.cancel().catch(() => undefined);
  if (error?.code === 'forbidden_origin') {
    return { check, problem: refusedOriginOf(examination), detail: `${response.status} ${error.detail}` };
  }
  if (!response.ok) return { check, problem: 'not-tetracast', detail: `${response.status} ${error?.code ?? ''}` };
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed === origin) return { check, detail: `${response.status}` };
  if (allowed !== null) return { check, problem: 'cors', detail: `Access-Control-Allow-Origin is ${allowed}` };
  return { check, ...(await explainMissing(examination)) };
};

/** The server names the origin of each request in its answer, and refuses this one. */
async function explainMissing(examination: Examination): Promise<Omit<Finding, 'check'>> {
  const response = await ask(examination, pathOf(examination), { headers: { origin: FOREIGN } });
  await response.body?.cancel();
  return response.ok
    ? { problem: 'origin', detail: 'a request of a foreign page is served like one without Origin' }
    : { problem: 'cors', detail: 'the answer is without Access-Control-Allow-Origin' };
}

/** What a browser asks before a page of another origin may publish JSON. */
export const checkPreflight: Check = async (examination) => {
  const { origin } = examination;
  const check = 'browsers may ask first';
  const response = await ask({ ...examination, token: undefined }, '/polling', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  const error = response.ok ? undefined : await errorOf(response);
  await response.body?.cancel().catch(() => undefined);
  const methods = response.headers.get('access-control-allow-methods') ?? '';
  if (response.ok && methods.includes('POST')) return { check, detail: `${response.status}` };
  // Why the server refuses the origin is the matter of another check.
  if (error !== undefined) return { check, isUnknown: true, detail: `${response.status} ${error.code}` };
  if (response.headers.has('access-control-max-age')) return { check, problem: 'cors', detail: 'without its methods' };
  return { check, problem: 'preflight', detail: `${response.status} to OPTIONS` };
};
