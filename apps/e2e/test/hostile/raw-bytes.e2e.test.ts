import fc from 'fast-check';
import { describeUnderFire } from './describe-under-fire';
import { expectKnown, readAnswers } from './http-answer';
import { cuts, mutate, mutations, split } from './mutations';
import { RawConnection } from './raw-connection';
import { encodeText, upgradeRequest } from './raw-websocket';

const FORM = 'channel=fuzz&data=hello&echo=false';
const JSON_BODY = '{"channel":"fuzz","data":{"price":42},"event":"price"}';
const HOST = 'Host: 127.0.0.1:8080';

/** What stock clients send, each of which a mutation begins with. */
const VALID = [
  request('GET /polling?channel=fuzz&after=earliest&limit=2', HOST, 'If-None-Match: "x-1"'),
  request('GET /polling?channel=fuzz,other&rewind=1&client=tab', HOST, 'Last-Event-ID: x-1', 'Prefer: wait=0'),
  request('GET /sse?channel=fuzz&format=data', HOST, 'Accept: text/event-stream', 'Last-Event-ID: x-1'),
  request('OPTIONS /polling', HOST, 'Origin: http://127.0.0.1:8080', 'Access-Control-Request-Method: POST'),
  request('GET /healthz', HOST),
  request('GET /', HOST, 'Accept-Encoding: gzip', 'Range: bytes=0-10'),
  request('GET /socket.io/?EIO=4&transport=polling', HOST),
  ...[FORM, JSON_BODY].map((body, index) =>
    Buffer.from(
      `${request(
        `POST ${index === 0 ? '/polling' : '/sse'}`,
        HOST,
        `Content-Type: application/${index === 0 ? 'x-www-form-urlencoded' : 'json'}`,
        'Idempotency-Key: once',
        `Content-Length: ${body.length}`,
      ).toString()}${body}`,
    ),
  ),
  Buffer.from(
    `${request('POST /polling', HOST, 'Content-Type: application/json', 'Transfer-Encoding: chunked').toString()}${JSON_BODY.length.toString(16)}\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  ),
  Buffer.concat([upgradeRequest('/ws?channel=fuzz'), encodeText('{"type":"ping"}'), encodeText('{"type":"dance"}')]),
  Buffer.concat([
    upgradeRequest('/socket.io/?EIO=4&transport=websocket'),
    encodeText('40'),
    encodeText('42["publish"]'),
  ]),
];

/** Connections at a time. */
const CROWD = 20;

/** What goes out on one connection: pieces that arrive one by one, a character for each byte, so that a failure can be read. */
type Pieces = readonly string[];

const mutatedRequests: fc.Arbitrary<Pieces> = fc
  .record({
    requests: fc.array(
      fc.record({ valid: fc.constantFrom(...VALID), mutations: fc.array(mutations, { maxLength: 3 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    cuts,
  })
  .map(({ requests, cuts }) =>
    split(Buffer.concat(requests.map(({ valid, mutations }) => mutate(valid, mutations))), cuts).map(asText),
  );
const noise: fc.Arbitrary<Pieces> = fc.array(fc.uint8Array({ maxLength: 400 }).map(asText), { maxLength: 4 });

describeUnderFire('bytes that are almost requests', (attack) => {
  const throwAll = async (crowd: readonly Pieces[]): Promise<void> => {
    const { target } = attack();
    const connections = await Promise.all(crowd.map(() => RawConnection.open(target.port)));
    try {
      await Promise.all(
        connections.map((connection, index) =>
          connection.send(...(crowd[index] ?? []).map((piece) => Buffer.from(piece, 'latin1'))),
        ),
      );
      await target.passed();
      const received = await Promise.all(connections.map((connection) => connection.finish()));
      for (const bytes of received) {
        for (const answer of readAnswers(bytes)) expectKnown(answer, pathIn(answer.headers));
      }
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  };

  it('are answered by a documented status or cut, and their connection ends with its client', async () => {
    await attack().expectForAll(
      150,
      fc.array(mutatedRequests, { minLength: 1, maxLength: CROWD, size: 'max' }),
      throwAll,
    );
  });

  it('are as harmless when they never were requests', async () => {
    await attack().expectForAll(100, fc.array(noise, { minLength: 1, maxLength: CROWD, size: 'max' }), throwAll);
  });
});

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function request(line: string, ...headers: readonly string[]): Buffer {
  return Buffer.from(`${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`);
}

/** Engine.IO's answers are recognised by their form alone: which request of a mutated row they belong to is not known. */
function pathIn(headers: ReadonlyMap<string, string>): string {
  return ['application/json', 'text/html'].includes(headers.get('content-type') ?? '') ? '/socket.io/' : '/';
}
