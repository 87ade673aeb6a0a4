import type { Outcome, Publish, Subscribe } from './attempt';
import type { Carried } from './carriers';

/** The URL with these parameters and with the token, if it goes into the query. */
export function urlWith(base: string, parameters: Readonly<Record<string, string>>, { query = '' }: Carried): string {
  return `${base}?${new URLSearchParams(parameters).toString()}${query === '' ? '' : `&${query}`}`;
}

export async function publishOverHttp(url: string, carried: Carried, act: Publish): Promise<Outcome> {
  const { forTicket, headers = {} } = carried;
  const query = forTicket === undefined ? {} : { ticket: await ticketFor(new URL(url).origin, forTicket, act.channel) };
  const response = await fetch(urlWith(url, query, carried), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ channel: act.channel, data: act.data }),
  });
  return outcomeOf(response, await response.text());
}

export async function readPoll(url: string, carried: Carried, act: Subscribe): Promise<Outcome> {
  const { channel, start, headers } = act;
  const response = await fetch(urlWith(`${url}/polling`, { channel, ...start }, carried), {
    headers: { ...carried.headers, ...headers },
  });
  return outcomeOf(response, await response.text());
}

/** Reads the stream at `url` until `act.until` is there, or it ends. */
export async function readStream(url: string, carried: Carried, act: Subscribe): Promise<Outcome> {
  const { channel, start, headers, until } = act;
  let ticket: string | undefined;
  if (carried.forTicket !== undefined) {
    const issued = await requestTicket(new URL(url).origin, carried.forTicket, channel);
    if (!issued.ok) return outcomeOf(issued, await issued.text());
    ({ ticket } = (await issued.json()) as { ticket: string });
  }
  const parameters = { channel, ...start, ...(ticket === undefined ? {} : { ticket }) };
  const response = await fetch(urlWith(url, parameters, carried), {
    headers: { ...carried.headers, ...headers },
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (response.ok && text.includes(until)) break;
  }
  return outcomeOf(response, text);
}

export function requestTicket(url: string, token: string, channel: string): Promise<Response> {
  return fetch(urlWith(`${url}/sse/ticket`, { channel }, {}), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
}

/** A ticket, or, if the service refuses one for the token, a text that is no ticket. */
async function ticketFor(url: string, token: string, channel: string): Promise<string> {
  const response = await requestTicket(url, token, channel);
  return response.ok ? ((await response.json()) as { ticket: string }).ticket : 'none';
}

function outcomeOf({ ok, headers }: Response, text: string): Outcome {
  if (ok) return { code: 'ok', bytes: text };
  expect(headers.get('content-type')).toBe('application/problem+json');
  return { code: (JSON.parse(text) as { code: string }).code, bytes: text };
}
