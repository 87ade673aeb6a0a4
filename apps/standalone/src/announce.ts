import { describeAccess, type Settings } from '@tetracast/service-kit';
import { configuredKeys } from '@tetracast/session';

/** Writes where `npm start` listens, a line to paste for each transport and for publishing, and who may use it. */
export function announce(url: string, settings: Settings): void {
  const keys = configuredKeys(settings);
  const lines = Object.entries({
    ...(keys && linesForToken(url, keys.secret !== '')),
    ...linesFor(url, keys && '$token'),
  });
  const how = keys ? 'get a token, then paste a line' : 'open it in a browser, or paste a line';
  const kept =
    settings.busUrl === 'memory:'
      ? 'The messages are in memory, and gone when the server stops'
      : 'Redis keeps the messages';
  const access = describeAccess(settings);
  process.stdout.write(`
Tetracast is at ${url} — ${how} into another terminal, in this folder:

${lines.map(([name, line]) => `  ${name.padEnd(10)} ${line}\n`).join('')}
${access.charAt(0).toUpperCase()}${access.slice(1)}. ${kept}.
Ctrl-C stops the server.
`);
}

/** `npm run token` reads AUTH_SECRET from `.env`, or from the environment of that terminal. */
function linesForToken(url: string, hasSecret: boolean): Record<string, string> {
  return {
    token: hasSecret
      ? 'token=$(npm run --silent token -- --subscribe lab --publish lab)   # needs AUTH_SECRET, in .env or there'
      : "token='a token of your issuer, for the channel lab'",
    page: `echo "${url}/#token=$token"   # open this address in a browser`,
  };
}

/** What `token` stands for goes into each line; `undefined` where the server needs none. */
function linesFor(url: string, token: string | undefined): Record<string, string> {
  const header = token === undefined ? '' : `-H "Authorization: Bearer ${token}" `;
  const headers = token === undefined ? '' : `, { headers: { Authorization: 'Bearer ${token}' } }`;
  const auth = `{ channels: ['lab']${token === undefined ? '' : `, token: '${token}'`} }`;
  const socket = `new (require('ws'))('${url.replace(/^http/, 'ws')}/ws?channel=lab'${headers})`;
  return {
    polling: `curl ${header}'${url}/polling?channel=lab&wait=25'`,
    SSE: `curl -N ${header}'${url}/sse?channel=lab'`,
    WebSocket: `node -e "${socket}.on('message', (frame) => console.log(String(frame)))"`,
    'Socket.IO': `node -e "require('socket.io-client').io('${url}', { auth: ${auth} }).on('message', (data) => console.log(data))"`,
    publish: `curl ${header}-d channel=lab -d data=hello ${url}/polling`,
  };
}
