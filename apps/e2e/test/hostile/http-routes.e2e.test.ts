import fc from 'fast-check';
import { describeUnderFire } from './describe-under-fire';
import { expectKnown, isAnswered, readAnswers } from './http-answer';
import { bodies, encodeRequest, gets, type OddRequest, posts } from './http-arbitraries';
import { RawConnection } from './raw-connection';

const LYING_LENGTHS = [
  '0',
  '1',
  '7',
  '400',
  '-1',
  '+5',
  ' 5',
  '5 ',
  '0x5',
  '1e3',
  '5, 5',
  '5,6',
  'abc',
  '9'.repeat(30),
  '',
];
const SECOND_FIELDS = [
  '',
  'Content-Length: 3',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity, chunked, x',
];

describeUnderFire('HTTP requests that no client makes', (attack) => {
  const expectAnswered = async (request: OddRequest): Promise<void> => {
    using connection = await RawConnection.open(attack().target.port);
    await connection.send(encodeRequest(request));
    const { method } = request;
    const [answer] = readAnswers(await connection.until((received) => isAnswered(received, method)), method);
    expect(answer).toBeDefined();
    expectKnown(answer!, request.target, method);
  };

  it('are answered by a documented status: subscriptions', async () => {
    await attack().expectForAll(700, gets, expectAnswered);
  });

  it('are answered by a documented status: publications', async () => {
    await attack().expectForAll(700, posts, expectAnswered);
  });

  it('are answered or cut, never kept, when their length lies', async () => {
    const lies = fc.record({
      path: fc.constantFrom('/polling', '/sse', '/socket.io/?EIO=4&transport=polling'),
      body: bodies,
      length: fc.constantFrom(...LYING_LENGTHS),
      second: fc.constantFrom(...SECOND_FIELDS),
    });
    await attack().expectForAll(300, lies, async ({ path, body, length, second }) => {
      using connection = await RawConnection.open(attack().target.port);
      const type = `application/json${second === '' ? '' : `\r\n${second}`}`;
      const request = { method: 'POST', target: path, headers: [['Content-Type', type]] as const, body };
      await connection.send(encodeRequest(request, length));
      await attack().target.passed();
      for (const answer of readAnswers(await connection.finish())) expectKnown(answer, path);
    });
  });
});
