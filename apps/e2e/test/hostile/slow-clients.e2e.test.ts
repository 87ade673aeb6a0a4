import { describeUnderFire } from './describe-under-fire';
import { RawConnection } from './raw-connection';
import { encodeFrame, OPCODES, upgradeRequest } from './raw-websocket';

/** Of each kind. */
const CONNECTIONS = 40;
/** What the honest receive meanwhile. */
const MESSAGES = 50;

const POST = 'POST /polling HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const SOCKETIO = '/socket.io/?EIO=4&transport=websocket';
const FRAME_HEAD = encodeFrame({ opcode: OPCODES.text, payload: Buffer.alloc(0), length: 60_000n });

/** What they begin and never end: a byte more follows again and again. */
const BEGINNINGS: readonly (string | Buffer)[] = [
  'GET /polling?channel=',
  'GET /polling?channel=slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: ',
  'GET /sse?channel=slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: ',
  ...['/ws', SOCKETIO].map((path) => upgradeRequest(path).toString().replace('\r\n\r\n', '\r\nX-Slow: ')),
  `${POST}Content-Length: 60000\r\n\r\n{"channel":"slow","data":"`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n8000\r\n{"channel":"slow","data":"`,
  ...['/ws', SOCKETIO].map((path) => Buffer.concat([upgradeRequest(path), FRAME_HEAD])),
  // Nothing at all.
  '',
];

describeUnderFire('slow clients', (attack) => {
  it('that send a request, a body or a frame byte by byte keep nobody waiting', async () => {
    const { target, honest } = attack();
    const crowd = Array.from({ length: CONNECTIONS }, () => BEGINNINGS).flat();
    const connections = await Promise.all(crowd.map(() => RawConnection.open(target.port)));
    let over = false;
    const dribble = async (): Promise<void> => {
      while (!over) {
        for (const [index, connection] of connections.entries())
          if (crowd[index] !== '') await connection.send(Buffer.from('a'));
        await target.passed();
      }
    };
    try {
      for (const [index, connection] of connections.entries()) await connection.send(Buffer.from(crowd[index] ?? ''));
      const dribbling = dribble();
      await honest.expectMore(MESSAGES);
      over = true;
      await dribbling;
    } finally {
      over = true;
      for (const connection of connections) connection[Symbol.dispose]();
    }
  });

  it('that read nothing of what they requested keep nobody waiting', async () => {
    const { target, honest } = attack();
    const paths = [
      `/sse?channel=${honest.channel}&after=earliest`,
      `/polling?channel=${honest.channel}&after=earliest`,
    ];
    const crowd = Array.from({ length: CONNECTIONS }, () => [
      ...paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(3))),
      upgradeRequest(`/ws?channel=${honest.channel}&after=earliest`),
    ]).flat();
    const connections = await Promise.all(crowd.map(() => RawConnection.open(target.port)));
    try {
      for (const [index, connection] of connections.entries()) {
        connection.socket.pause();
        await connection.send(crowd[index] ?? Buffer.alloc(0));
      }
      await honest.expectMore(MESSAGES);
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  });
});
