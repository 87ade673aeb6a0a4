/**
 * Reads answers: `url`, `answers` at the same time, each of `words` at `wordsPerSecond`, and the next one after the last word. Prints `begin`
 * when all run, `end` after `seconds`, and what it read in between as JSON.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const { url, answers, words, wordsPerSecond, seconds } = JSON.parse(process.argv[2]);
const { hostname, port, pathname, host } = new URL(url);

/** Once in each event of the model, and once in each message that is not of the server: both as long. */
const WORD = '.completion.chunk';
const MESSAGE = '"event":"message"';
const OVERLAP = WORD.length - 1;
const READ_INTO = Buffer.alloc(256 * 1024);

const body = JSON.stringify({ fake: { form: 'openai', words, wordsPerSecond } });
const REQUEST =
  `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n` +
  `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

const found = { words: 0, messages: 0, ended: 0, missing: 0, firstMs: [] };
let isMeasured = false;
let isOver = false;

const count = (text, what) => {
  let times = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + what.length)) times++;
  return times;
};

/** Resolves with the words that came, when all are there. */
function readAnswer() {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const isStartMeasured = isMeasured;
    let [rest, seen] = ['', 0];
    const callback = (length) => {
      const text = rest + READ_INTO.latin1Slice(0, length);
      // What is cut at the end of a read is found in the next one.
      rest = text.slice(-OVERLAP);
      const came = count(text, WORD);
      if (came === 0 && seen === 0) return true;
      if (seen === 0 && isStartMeasured) found.firstMs.push(performance.now() - startMs);
      seen += came;
      if (isMeasured) {
        found.words += came;
        found.messages += count(text, MESSAGE);
      }
      if (seen < words) return true;
      socket.destroy();
      resolve(seen);
      return true;
    };
    const socket = connect({ host: hostname, port: Number(port), onread: { buffer: READ_INTO, callback } });
    socket.write(REQUEST);
    socket.once('error', reject);
    socket.once('close', () => resolve(seen));
  });
}

async function readOn(index) {
  await delay((1000 * words * index) / wordsPerSecond / answers); // spread over the time of one answer
  while (!isOver) {
    const seen = await readAnswer();
    if (isOver) return;
    found.ended++;
    found.missing += Math.abs(words - seen);
  }
}

for (let index = 0; index < answers; index++) {
  readOn(index).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
// Two answers: by then all run, and what is compiled late is compiled.
await delay((2000 * words) / wordsPerSecond);
const cpu = process.cpuUsage();
isMeasured = true;
process.stdout.write('begin\n');
await delay(1000 * seconds);
isMeasured = false;
isOver = true;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`end\n${JSON.stringify({ ...found, cpuUs: user + system })}\n`);
process.exit(0);
