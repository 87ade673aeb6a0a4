import type { Runtime } from '@tetracast/node-io/runtime';
import { AnswerCollector } from '../questions/answer-collector';
import type { Answerer, ProcessAnswers, ProcessQuestions } from '../questions/process-questions';
import type { RedisConnection } from './connection/redis-connection';
import type { RedisKeys } from './keys';

/** How often a process adds its name again, since Redis may lose it. */
const JOIN_EVERY_MS = 10_000;

/**
 * The first line of a message to a process: a question of `process`, with the time of Redis at which it expires, or what `process`
 * answers.
 */
const HEAD = /^(?:(answer|failure) ([0-9]+) ([A-Za-z0-9]+)|question ([0-9]+) ([A-Za-z0-9]+) ([0-9]+))$/;

/**
 * Questions between processes over Redis. Every process subscribes to a separate channel, and names itself in a hash. One script
 * (ask.lua) sends a question to all of them, and removes the names of those that are no longer subscribed.
 */
export class RedisQuestions implements ProcessQuestions {
  private readonly asked = new Map<string, AnswerCollector>();
  private lastQuestion = 0;
  private answerer: Answerer | undefined;
  private joiner: NodeJS.Timeout | undefined;

  constructor(
    private readonly commands: RedisConnection,
    private readonly announcements: RedisConnection,
    private readonly keys: RedisKeys,
    private readonly runtime: Runtime,
  ) {}

  answerQuestions(process: string, answerer: Answerer): void {
    this.answerer = answerer;
    const join = (): void => {
      // A process that is not subscribed cannot be asked. If this fails, the timer repeats it.
      if (!this.announcements.isReady) return;
      const { processes, processId } = this.keys;
      this.commands.run((redis) => redis.hset(processes, processId, process)).catch(() => undefined);
    };
    this.joiner = this.runtime.setInterval(join, JOIN_EVERY_MS).unref();
    for (const connection of [this.commands, this.announcements]) connection.onReady(join);
    join();
  }

  async askProcesses(question: string, timeoutMs: number): Promise<ProcessAnswers> {
    const { keys } = this;
    // Without it no answer would arrive.
    await this.announcements.run(() => Promise.resolve());
    const id = String(++this.lastQuestion);
    const collector = new AnswerCollector(this.runtime);
    this.asked.set(id, collector);
    try {
      const found = await this.commands.run((redis) =>
        redis.tetracastAsk(
          ...[keys.processes, keys.processPrefix, `question ${id} ${keys.processId}`, timeoutMs, question],
        ),
      );
      return await collector.collect(new Map(found), timeoutMs);
    } finally {
      this.asked.delete(id);
    }
  }

  /** Takes a message on the channel of this process. */
  onMessage(text: string): void {
    const lineEnd = text.indexOf('\n');
    const found = HEAD.exec(text.slice(0, Math.max(0, lineEnd)));
    if (found === null) return;
    const rest = text.slice(lineEnd + 1);
    const [, kind, id = '', process = '', question = '', asker = '', expiresAt] = found;
    if (kind === undefined) void this.reply(asker, question, Number(expiresAt), rest);
    else this.asked.get(id)?.add(process, kind === 'answer' ? rest : undefined);
  }

  close(): void {
    this.runtime.clearInterval(this.joiner);
  }

  private async reply(asker: string, id: string, expiresAt: number, question: string): Promise<void> {
    const { keys } = this;
    // This process may have been stopped for long. The asker no longer expects that it does what it was asked then.
    if (!(await this.isBefore(expiresAt))) return;
    const about = `${id} ${keys.processId}\n`;
    let reply = `failure ${about}`;
    try {
      if (this.answerer !== undefined) reply = `answer ${about}${await this.answerer(question)}`;
    } catch {
      // The asker names this process.
    }
    await this.commands.run((redis) => redis.publish(keys.processPrefix + asker, reply)).catch(() => undefined);
  }

  /** Whether it is earlier for Redis, in ms since 1970: the clocks of two processes may differ. */
  private async isBefore(time: number): Promise<boolean> {
    try {
      const [seconds = 0, micros = 0] = await this.commands.run((redis) => redis.time());
      return seconds * 1000 + micros / 1000 < time;
    } catch {
      // Without Redis there is no answer either.
      return false;
    }
  }
}
