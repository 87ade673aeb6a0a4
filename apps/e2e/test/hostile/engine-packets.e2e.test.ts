import fc from 'fast-check';
import { describeUnderFire } from './describe-under-fire';
import { EngineSession, expectKnownPacket } from './engine-session';
import { expectKnown, isAnswered, readAnswers } from './http-answer';
import { encodeRequest } from './http-arbitraries';
import { packetLists } from './packet-arbitraries';
import { RawConnection } from './raw-connection';
import { encodeFrame, encodeText, OPCODES, RawWebSocket } from './raw-websocket';

const SEPARATORS = ['\x1e', '\x1e', '\x1e', '\x1e\x1e', '', '\n', '\x1e\0', '\ufeff'];
const CONTENT_TYPES = ['text/plain;charset=UTF-8', 'text/plain', 'application/octet-stream', 'application/json', '*/*'];
/** What Engine.IO answers a body: fine, not understood, or too large. */
const STATUSES = [200, 400, 413];

describeUnderFire('Engine.IO and Socket.IO packets that no client sends', (attack) => {
  it('are answered by known packets or end the connection: over a WebSocket', async () => {
    const lists = fc.record({
      list: packetLists,
      attachments: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
    });
    await attack().expectForAll(600, lists, async ({ list, attachments }) => {
      using websocket = await RawWebSocket.open(attack().target.port, '/socket.io/?EIO=4&transport=websocket');
      const binary = attachments.map((payload) => encodeFrame({ opcode: OPCODES.binary, payload }));
      await websocket.connection.send(Buffer.concat([...list.map(encodeText), ...binary]));
      await attack().target.passed();
      for (const { opcode, payload } of await websocket.finish()) {
        if (opcode === OPCODES.text) expectKnownPacket(payload.toString());
      }
    });
  });

  it('are answered by a known status, and a poll by known packets: over HTTP long-polling', async () => {
    const bodies = fc.record({
      list: packetLists,
      separator: fc.constantFrom(...SEPARATORS),
      type: fc.constantFrom(...CONTENT_TYPES),
      noise: fc.oneof(
        { weight: 4, arbitrary: fc.constant(new Uint8Array()) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }) },
      ),
    });
    await attack().expectForAll(400, bodies, async ({ list, separator, type, noise }) => {
      const session = await EngineSession.begin(attack().target.url);
      expect(STATUSES).toContain(await session.post(Buffer.concat([Buffer.from(list.join(separator)), noise]), type));
      // There is always something to poll for: the end of the session at the latest.
      const polled = session.poll();
      expect(STATUSES).toContain(await session.post('1'));
      for (const packet of await polled) expectKnownPacket(packet);
    });
  });

  it('are refused when they name a session, a version or a transport that is none', async () => {
    const queries = fc.record(
      {
        EIO: fc.constantFrom('4', '3', '5', '', '4.0', '04', '-4', 'null'),
        transport: fc.constantFrom('polling', 'websocket', 'webtransport', '', '__proto__', 'toString'),
        sid: fc.oneof(
          fc.constantFrom('', '__proto__', 'constructor', '0', '.', '../..', 'x'.repeat(2000)),
          fc.string({ unit: 'binary' }),
        ),
        t: fc.string({ unit: 'binary' }),
        b64: fc.constantFrom('1', '', 'x'),
      },
      { requiredKeys: ['sid'] },
    );
    const requests = fc.record({ query: queries, method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS') });
    await attack().expectForAll(300, requests, async ({ query, method }) => {
      const pairs = Object.entries(query).map(([name, value]) => [name, value]);
      const target = `/socket.io/?${new URLSearchParams(pairs).toString()}`;
      using connection = await RawConnection.open(attack().target.port);
      await connection.send(encodeRequest({ method, target, headers: [], body: Buffer.alloc(0) }));
      const [answer] = readAnswers(await connection.until((received) => isAnswered(received, method)), method);
      expectKnown(answer!, target, method);
    });
  });
});
