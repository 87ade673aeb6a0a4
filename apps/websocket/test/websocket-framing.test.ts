import { websocketFraming } from '../src/websocket-framing';

it('frames a message as one text frame around its data as published', () => {
  const data = '{ "spaces":  "kept", "n": 1.0 }';

  const frame = websocketFraming.encode({ id: 'e-1', channel: 'news', event: 'message', data, time: 5, client: 'c' });

  const text = `{"type":"message","id":"e-1","channel":"news","event":"message","data":${data},"time":5,"client":"c"}`;
  expect(frame).toEqual(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]));
});
