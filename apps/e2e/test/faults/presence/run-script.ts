import { mintToken } from '@tetracast/server';
import { pollUntil } from '@tetracast/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { type Recorder, startClient, type StockClient } from '../subscribers';
import { type Asked, askMembers, readMemberEvents, type Snapshot } from './ask-members';
import { fold, MEMBER_EVENTS, type MemberEvent } from './member-events';
import { Observer } from './observer';
import { PROCESSES, type Step, TRANSPORTS } from './script';
import { AUTH_SECRET, type ThreeProcesses } from './three-processes';

/** The end of a wait in which nothing changes: longer than a grace and all leases, on a busy machine. */
const IDLE_MS = 120_000;

interface OpenClient {
  readonly user: string;
  readonly process: number;
  readonly client: StockClient;
}

/** What a script has left, to be judged. */
export interface Outcome {
  /** Sorted: the users with an open client. */
  readonly expected: readonly string[];
  /** Of the epoch in which all ended. */
  readonly epoch: string;
  readonly log: readonly MemberEvent[];
  readonly snapshots: readonly Snapshot[];
  readonly observers: readonly NonNullable<Observer['followed']>[];
  /** How long the last leave of a user came after its last client was closed, in ms; the longest of all. */
  readonly slowestLeaveMs: number;
}

let runs = 0;

const tokenFor = (sub: string): string =>
  mintToken({ secret: AUTH_SECRET }, { sub, subscribe: ['*'], presence: ['*'] });

/** Runs a script on a separate channel, and waits until every process and every observer has the true set. */
export async function runScript(system: ThreeProcesses, steps: readonly Step[]): Promise<Outcome> {
  await system.heal();
  const asked: Asked = { channel: `room:${process.pid}-${++runs}`, token: tokenFor('observer') };
  const run = new ScriptRun(system, asked);
  try {
    await run.observe();
    for (const step of steps) await run.do(step);
    return await run.finish();
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

class ScriptRun implements AsyncDisposable {
  private readonly clients: OpenClient[] = [];
  private readonly observers: Observer[] = [];
  private readonly observing: StockClient[] = [];
  private readonly snapshots: Snapshot[] = [];
  private readonly closedAt = new Map<string, number>();
  private failure: Error | undefined;
  /** Members receive joins and leaves as well; the observers judge those. */
  private readonly recorder: Recorder = {
    message: () => undefined,
    reset: () => undefined,
    fail: (error) => (this.failure ??= error),
  };

  constructor(
    private readonly system: ThreeProcesses,
    private readonly asked: Asked,
  ) {}

  /** One observer on each transport, at the processes in turn. */
  async observe(): Promise<void> {
    const { channel, token } = this.asked;
    for (const [index, transport] of TRANSPORTS.entries()) {
      const url = this.system.url(index % PROCESSES);
      const observer = new Observer(url, this.asked);
      this.observers.push(observer);
      await observer.ask();
      const wanted = { channels: [channel], parameters: { presence: 'observe', token }, events: MEMBER_EVENTS };
      this.observing.push(await startClient(transport, url, wanted, observer));
    }
    await Promise.all(this.observing.map(({ opened }) => opened));
    // An EventSource has a place to go on from once it has had a message.
    await this.connect('first', 0, 'websocket');
    await this.settle();
    await this.close(0);
    await this.settle();
  }

  async do(step: Step): Promise<void> {
    const { system } = this;
    switch (step.kind) {
      case 'connect':
        return this.connect(step.member, step.process, step.transport);
      case 'close':
        return this.close(step.client);
      case 'cut':
        return this.clientAt(step.client)?.client.cut(() => delay(step.ms)); // how long the fault lasts
      case 'look':
        return this.look(step.process);
      case 'wait':
        return delay(step.ms); // the rhythm of the script
      case 'kill':
        // Its client dies with it, so that another process has to remove the member.
        await this.join('killed', step.process);
        return system.kill(step.process, () => this.close(this.clients.length - 1));
      case 'pause':
        await this.join('paused', step.process);
        system.pause(step.process);
        return;
      case 'restart Redis':
        await system.redis.redis.kill(step.signal);
        return system.redis.redis.restart();
      case 'fail over':
        return system.redis.failOver(() => delay(step.ms)); // what is stored meanwhile is lost
    }
  }

  async finish(): Promise<Outcome> {
    // While a process is paused, others remove its members.
    await this.settle();
    this.system.resume();
    await this.settle();
    const { expected } = this;
    const url = this.system.url(0);
    const log = await readMemberEvents(url, this.asked);
    const final = await askMembers(url, this.asked);
    if (log === undefined || final === undefined) throw new Error('a process that runs does not answer');
    const observers = this.observers.flatMap(({ followed }) => followed ?? []);
    const { snapshots } = this;
    return { expected, epoch: final.epoch, log, snapshots, observers, slowestLeaveMs: this.slowestLeave(log) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const observer of this.observers) observer.close();
    const all = [...this.observing, ...this.clients.map(({ client }) => client)];
    await Promise.all(all.map((client) => client[Symbol.asyncDispose]()));
    this.system.resume();
  }

  /** The users with a client at a process that runs. */
  private get expected(): string[] {
    const here = this.clients.filter(({ process }) => !this.system.isPaused(process));
    return [...new Set(here.map(({ user }) => user))].sort();
  }

  /** Resolves when all that run, and the observers at them, have the true set. */
  private async settle(): Promise<void> {
    const wanted = JSON.stringify(this.expected);
    const { running } = this.system;
    const look = async (): Promise<unknown[]> => {
      if (this.failure !== undefined) throw this.failure;
      const answers = await Promise.all(running.map((index) => askMembers(this.system.url(index), this.asked)));
      const observed = this.observers.filter((_, index) => running.includes(index % PROCESSES));
      return [...answers.map((answer) => answer?.users), ...observed.map(({ users }) => users)];
    };
    await pollUntil(look, (seen) => seen.every((users) => JSON.stringify(users) === wanted), IDLE_MS);
  }

  /** Connects a member, and waits until it is one, unless the process is paused. */
  private async join(user: string, process: number): Promise<void> {
    await this.connect(user, process, 'websocket');
    if (this.system.isPaused(process)) return;
    const look = (): Promise<Snapshot | undefined> => askMembers(this.system.url(process), this.asked);
    await pollUntil(look, (seen) => seen?.users.includes(user) === true, IDLE_MS);
  }

  private async connect(user: string, process: number, transport: string): Promise<void> {
    const parameters = { presence: 'true', token: tokenFor(user) };
    const wanted = { channels: [this.asked.channel], parameters, events: MEMBER_EVENTS };
    const client = await startClient(transport, this.system.url(process), wanted, this.recorder);
    client.opened.catch((error: unknown) => (this.failure ??= error as Error));
    this.clients.push({ user, process, client });
  }

  private async close(index: number): Promise<void> {
    const found = this.clientAt(index);
    if (found === undefined) return;
    this.clients.splice(this.clients.indexOf(found), 1);
    await found.client[Symbol.asyncDispose]();
    this.closedAt.set(found.user, Date.now());
  }

  private async look(process: number): Promise<void> {
    if (this.system.isPaused(process)) return;
    const found = await askMembers(this.system.url(process), this.asked, 2);
    if (found !== undefined) this.snapshots.push(found);
  }

  private clientAt(index: number): OpenClient | undefined {
    return this.clients[index % Math.max(1, this.clients.length)];
  }

  private slowestLeave(log: readonly MemberEvent[]): number {
    const gone = [...this.closedAt].filter(([user]) => !this.expected.includes(user));
    const times = gone.map(([user, at]) => (log.findLast((event) => event.user === user)?.time ?? at) - at);
    return Math.max(0, ...times);
  }
}

/** What is wrong with an outcome. */
export function flawsOf({ expected, epoch, log, snapshots, observers }: Outcome): string[] {
  const flaws: string[] = [];
  const present = new Set<string>();
  for (const { kind, user, seq } of log) {
    if (present.has(user) === (kind === 'join')) flaws.push(`${kind} of ${user} at ${seq} repeats the one before`);
    if (kind === 'join') present.add(user);
    else present.delete(user);
  }
  const require = (what: string, found: readonly string[], wanted: readonly string[]): void => {
    if (found.join() !== wanted.join()) flaws.push(`${what}: ${found.join()} and not ${wanted.join()}`);
  };
  require('the fold of the log', [...present].sort(), expected);
  for (const { users, seq, pages, epoch: of } of snapshots) {
    if (of !== epoch) continue;
    const through = log.filter((event) => event.seq <= seq);
    if (pages === 1) require(`the snapshot at ${seq}`, users, fold([], through));
    require(`what follows the snapshot at ${seq}`, fold(users, log.slice(through.length)), expected);
  }
  for (const { base, events } of observers) {
    if (base.epoch !== epoch) flaws.push(`an observer is in the epoch ${base.epoch} and not ${epoch}`);
    const wanted = log.filter(({ seq }) => seq > base.seq);
    require(`an observer after ${base.seq}`, events.map(nameOf), wanted.map(nameOf));
  }
  return flaws;
}

const nameOf = ({ kind, user, seq }: MemberEvent): string => `${kind} ${user} ${seq}`;
