/** Writes where `npm start` listens, and one line to paste for each transport. */
export function announce(url: string): void {
  const ws = `node -e "new (require('ws'))('${url.replace(/^http/, 'ws')}/ws?channel=lab').on('message', m => console.log(String(m)))"`;
  process.stdout.write(`
Tetracast is at ${url} — open it in a browser, or paste a line:

  page       xdg-open ${url}
  SSE        curl -N '${url}/sse?channel=lab'
  WebSocket  ${ws}
  polling    curl '${url}/polling?channel=lab&wait=25'

and publish on all transports:

  curl -d channel=lab -d data=hello ${url}/polling

${process.env['BUS_URL'] ? 'Redis keeps the messages' : 'The messages are in memory, and gone when the server stops'}. Ctrl-C stops it.
`);
}
