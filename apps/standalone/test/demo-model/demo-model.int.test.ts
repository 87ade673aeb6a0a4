import { answerTo, wordsOf } from '../../src/demo-model/answer-text';
import { offerDemoModel, startDemoModel } from '../../src/demo-model/demo-model';

describe('the demo model', () => {
  it.each(['Which one?', '该用哪一种？'])('always answers %s by the same text, in its language', async (question) => {
    await using model = await startDemoModel(Infinity);
    const ask = async (): Promise<Response> => fetch(model.url, { method: 'POST', body: question });
    const answers = await Promise.all([ask(), ask()]);
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(await answer.text()).toBe(answerTo(question));
    }
  });

  it('writes word by word', async () => {
    // One word in half an hour: what comes is the first.
    await using model = await startDemoModel(1 / 1800);
    const leaving = new AbortController();
    const answer = await fetch(model.url, { method: 'POST', body: 'Which one?', signal: leaving.signal });
    const { value } = await (answer.body as ReadableStream<Uint8Array>).getReader().read();
    expect(new TextDecoder().decode(value)).toBe('There ');
    leaving.abort();
  });

  it('has words of which none is lost', () => {
    for (const question of ['Which one?', '该用哪一种？']) {
      const words = wordsOf(answerTo(question));
      expect(words.join('')).toBe(answerTo(question));
      expect(words.length).toBeGreaterThan(100);
    }
  });
});

describe('the relay `demo` of npm start', () => {
  it('has the demo model as its upstream', async () => {
    const env: NodeJS.ProcessEnv = {};
    await using model = await offerDemoModel(env);
    expect(env['RELAY_DEMO']).toBe(model?.url);
    expect((await fetch(env['RELAY_DEMO'] ?? '', { method: 'POST' })).status).toBe(200);
  });

  it.each([{ RELAY_DEMO: 'http://127.0.0.1:9/' }, { HOST: '0.0.0.0' }])('stays as it is with %j', async (env) => {
    const given: NodeJS.ProcessEnv = { ...env };
    expect(await offerDemoModel(given)).toBeUndefined();
    expect(given).toEqual(env);
  });
});
