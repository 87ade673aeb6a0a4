import fc from 'fast-check';

/** The clients that take part, by the names of {@link SUBSCRIBERS}. */
export const TRANSPORTS = ['polling', 'sse', 'websocket', 'socketio', 'socketio polling'] as const;

const MEMBERS = ['ann', 'ben', 'cid', 'dee', 'eve'] as const;

export const PROCESSES = 3;

/** What clients do. `client` counts those that are open, and begins again after the last. */
type ClientStep =
  | {
      readonly kind: 'connect';
      readonly member: string;
      readonly process: number;
      readonly transport: (typeof TRANSPORTS)[number];
    }
  | { readonly kind: 'close'; readonly client: number }
  | { readonly kind: 'cut'; readonly client: number; readonly ms: number }
  | { readonly kind: 'look'; readonly process: number }
  | { readonly kind: 'wait'; readonly ms: number };

/** What is done to a process or to Redis. A process that is paused stays so until the end, or until it is killed. */
type FaultStep =
  | { readonly kind: 'kill'; readonly process: number }
  | { readonly kind: 'pause'; readonly process: number }
  | { readonly kind: 'restart Redis'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'fail over'; readonly ms: number };

export type Step = ClientStep | FaultStep;

const process = fc.nat(PROCESSES - 1);
const client = fc.nat(20);
/** Shorter and longer than the grace of a member. */
const ms = fc.constantFrom(10, 300, 1500);

const clientStep: fc.Arbitrary<ClientStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('connect' as const),
      member: fc.constantFrom(...MEMBERS),
      process,
      transport: fc.constantFrom(...TRANSPORTS),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('close' as const), client }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), client, ms }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), process }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms }) },
);

/** One of each, in any order. */
const faults: fc.Arbitrary<FaultStep[]> = fc
  .tuple(
    fc.record({ kind: fc.constant('kill' as const), process }),
    fc.record({ kind: fc.constant('pause' as const), process }),
    fc.record({
      kind: fc.constant('restart Redis' as const),
      signal: fc.constantFrom('SIGTERM' as const, 'SIGKILL' as const),
    }),
    fc.record({ kind: fc.constant('fail over' as const), ms }),
  )
  .chain((all) => fc.shuffledSubarray<FaultStep>(all, { minLength: all.length }));

/** What clients do, and each fault once in between. */
export const script: fc.Arbitrary<readonly Step[]> = faults.chain((some) =>
  fc
    .array(fc.array(clientStep, { minLength: 3, maxLength: 7 }), {
      minLength: some.length + 1,
      maxLength: some.length + 1,
    })
    .map((parts) => parts.flatMap((part, index) => [...part, ...some.slice(index, index + 1)])),
);
