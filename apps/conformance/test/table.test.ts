import { join } from 'node:path';

interface Result {
  ancestorTitles: string[];
  title: string;
  status: string;
}

const { tableOf } = jest.requireActual<{ tableOf: (tests: Result[]) => string }>(join(__dirname, '../table.cjs'));

const result = (column: string, client: string, topic: string, title: string, status = 'passed'): Result => ({
  ancestorTitles: [column, `${column}: the wire contract`, client, topic],
  title,
  status,
});

describe('the closing table', () => {
  it('has a row per case and a column per transport, and says where a case is none', () => {
    const table = tableOf([
      result('polling', 'fetch', 'waiting', 'ends'),
      result('polling', 'fetch', 'echo', 'a | <b>'),
      result('SSE', 'fetch', 'echo', 'a | <b>'),
    ]);

    expect(table.split('\n')).toEqual([
      '| Case            | polling | SSE |',
      '| --------------- | ------- | --- |',
      '| echo: a \\| \\<b> | ok      | ok  |',
      '| waiting: ends   | ok      | —   |',
    ]);
  });

  it.each([
    [['passed', 'passed'], 'ok '],
    [['passed', 'failed', 'passed'], 'failed'],
    [['pending'], 'pending'],
  ])('shows the worst of its clients: %j', (statuses, cell) => {
    const tests = statuses.map((status, index) => result('SSE', `client ${index}`, 'echo', 'case', status));

    expect(tableOf(tests).split('\n')[2]).toBe(`| echo: case | ${cell} |`);
  });

  it('shows what cannot be run at a deployment, under the title of the case', () => {
    const tests = [
      result('SSE', 'client 1', 'echo', 'case'),
      result('SSE', 'client 2', 'echo', 'case (not available at this deployment)'),
    ];

    expect(tableOf(tests).split('\n')[2]).toBe('| echo: case | not available |');
  });

  it('leaves out what is not a case', () => {
    expect(tableOf([{ ancestorTitles: ['the closing table'], title: 'x', status: 'passed' }])).toBe('');
  });
});
