import { encodeServerEvent, MAIN_FRAMINGS, NAMESPACE_FRAMINGS } from '../src/socketio-framing';
import { Decoder, type Packet } from 'socket.io-parser';

const FILLER = 'x'.repeat(126);
const message = {
  id: 'e-7',
  channel: 'news',
  event: 'price "x"',
  data: `{ "kept":  "${FILLER}" }`,
  time: 5,
  client: 'c',
};
const info = { id: 'e-7', channel: 'news', event: 'price "x"', time: 5, client: 'c' };

function decode(packet: string): Packet {
  const packets: Packet[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (decoded: Packet) => packets.push(decoded));
  decoder.add(packet);
  expect(packets).toHaveLength(1);
  return packets[0]!;
}

describe.each([
  ['the main namespace', MAIN_FRAMINGS, '/'],
  ['the namespace of a channel', NAMESPACE_FRAMINGS, '/news'],
])('in %s', (_, framings, nsp) => {
  it('a message is an event with its data, its info and its cursor', () => {
    const packet = framings.packets.encode(message).toString();

    expect(decode(packet)).toMatchObject({ type: 2, nsp, data: ['price "x"', { kept: FILLER }, info, 'e-7'] });
    expect(packet).toContain(message.data);
  });

  it('its frame is the same packet in a message of Engine.IO', () => {
    const packet = framings.packets.encode(message).toString();
    const frame = framings.frames.encode(message);

    expect([...frame.subarray(0, 3)]).toEqual([0x81, 126, 0]); // text, a length of two bytes
    expect(frame.subarray(4).toString()).toBe(`4${packet}`);
  });

  it('an event of the gateway ends with a cursor', () => {
    expect(decode(encodeServerEvent(nsp, 'tetracast:ready', { a: 1 }, 'e-8'))).toMatchObject({
      type: 2,
      nsp,
      data: ['tetracast:ready', { a: 1 }, 'e-8'],
    });
  });
});
