import { createProblem } from '@tetracast/message-model';
import { refusalFrom } from '../src';

const TYPE = 'application/problem+json';
const problem = createProblem('invalid_channel', 'not a channel name: "a b"');

describe('refusalFrom', () => {
  it('reads the code of a problem', () => {
    expect(refusalFrom(400, TYPE, JSON.stringify(problem))).toMatchObject({
      code: 'invalid_channel',
      message: 'invalid_channel: not a channel name: "a b"',
      status: 400,
    });
  });

  it.each([
    ['of another media type', 400, 'application/json', JSON.stringify(problem)],
    ['that is no JSON', 400, TYPE, '<html>'],
    ['of another status', 500, TYPE, JSON.stringify(problem)],
    ['with a code that is not in the table', 400, TYPE, JSON.stringify({ ...problem, code: 'oops' })],
    ['of another type', 400, TYPE, JSON.stringify({ ...problem, type: 'about:blank' })],
  ])('does not take for one an answer %s', (_, status, type, text) => {
    expect(refusalFrom(status, type, text)).toMatchObject({ code: 'unknown', status });
  });
});
