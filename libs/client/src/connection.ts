import { backOffMs } from './back-off';
import { type Channels, createChannels } from './channels';
import { createClimb } from './climb';
import { isFromServer, temporary, TetracastError } from './errors';
import type { Link, LinkContext, LinkEvents, OpenLink } from './links/link';
import type { Status, TransportName } from './status';
import { createWatchdog } from './watchdog';

/** A connection that lived so long is no failure of its transport. */
const STABLE_MS = 30_000;
/** After so many failures in a row a transport is left for the next one. */
const FAILURES_MAX = 3;

export interface Transport {
  readonly name: TransportName;
  readonly open: OpenLink;
}

export interface ConnectionOptions {
  /** Best first. */
  readonly transports: readonly Transport[];
  readonly connectTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly probeIntervalMs: number;
  /** The open link can take publications now. */
  readonly onLink: () => void;
  readonly setStatus: (status: Status) => void;
}

/**
 * The one connection of a client. It is open while there are subscriptions, tries one transport after another, resumes each time
 * from the same cursor, and goes back to a better transport once that works.
 */
export interface Connection {
  readonly channels: Channels;
  readonly isClosed: boolean;
  /** The open link, once it is ready. */
  readonly ready: Link | undefined;
  /** Keeps the connection open although it has no channel, or not. */
  hold(isHeld: boolean): void;
  close(): void;
}

export function createConnection(context: LinkContext, options: ConnectionOptions): Connection {
  const { http, env } = context;
  const { transports, connectTimeoutMs, setStatus } = options;
  const failures = transports.map(() => 0);
  let link: Link | undefined;
  let ready: Link | undefined;
  /** The channels of a link that can join none. */
  let linkNames: readonly string[] = [];
  let ending = new AbortController();
  let timer: unknown;
  let readyAt = 0;
  let index = 0;
  /** The transport that worked last. */
  let best = 0;
  /** Transports tried since one was stable. */
  let tried = 1;
  let attempt = 0;
  let isHeld = false;
  let isPaused = false;
  let isClosed = false;
  let isUpdating = false;
  /** It is found out which channels the server refuses. */
  let isIsolating = false;

  const transportOf = (): Transport => transports[index] as Transport;
  const stopTimer = (): void => {
    env.clearTimeout(timer);
    timer = undefined;
  };
  const stop = (): void => {
    const last = link;
    stopTimer();
    watchdog.stop();
    climb.stop();
    ending.abort();
    ending = new AbortController();
    link = ready = undefined;
    last?.close();
  };
  /** Brings the connection up to date with its channels, at the end of this turn. */
  const update = (): void => {
    if (isUpdating) return;
    isUpdating = true;
    queueMicrotask(() => {
      isUpdating = false;
      updateNow();
    });
  };
  const updateNow = (): void => {
    if (isClosed || isPaused || (channels.size === 0 && !isHeld)) {
      if (!link && !timer) return;
      stop();
      if (!isClosed) setStatus({ state: 'idle' });
    } else if (!link) {
      if (!timer && !isIsolating) open();
    } else if (link.join) channels.join(link);
    else if (ready) void channels.prepare(ready, ending.signal);
  };
  /** Replaces the link, and resumes. */
  const reopen = (): void => {
    stop();
    update();
  };
  const wake = (): void => {
    attempt = 0;
    reopen();
  };
  const open = (): void => {
    const { name: transport, open: openLink } = transportOf();
    setStatus({ state: 'connecting', transport });
    const [names, start] = channels.first();
    linkNames = names;
    const opened = openLink(
      context,
      names,
      start,
      eventsOf(() => opened),
    );
    link = opened;
    timer = env.setTimeout(() => lost(opened, temporary('timeout', `${transport} did not answer`)), connectTimeoutMs);
    if (opened.join) channels.join(opened);
    else channels.enter(opened, names);
  };
  const eventsOf = (linkOf: () => Link): LinkEvents => {
    return {
      onReady: () => {
        if (ready) return;
        stopTimer();
        ready = link;
        readyAt = env.now();
        best = index;
        watchdog.start();
        setStatus({ state: 'connected', transport: transportOf().name });
        climb.start(index);
        update();
        options.onLink();
      },
      onActivity: watchdog.seen,
      onMove: (cursor, message, reset) => {
        channels.cursor = cursor;
        if (link && !link.join) channels.begin(link);
        if (message) channels.push(message);
        if (reset) channels.onReset(reset);
      },
      onEnd: (error) => lost(linkOf(), error),
    };
  };
  const lost = (ended: Link, error: TetracastError): void => {
    if (ended !== link) return;
    const isReady = ready;
    stop();
    if (!error.isTemporary) {
      void refused(error, ending.signal);
      return;
    }
    if (isReady && env.now() - readyAt >= STABLE_MS) {
      failures[index] = attempt = 0;
      tried = 1;
    }
    const isOfNetwork = !isFromServer(error);
    const failed = (failures[index] ?? 0) + 1;
    failures[index] = failed;
    if (failed >= FAILURES_MAX || (!isReady && isOfNetwork)) {
      index = (index + 1) % transports.length;
      if (tried++ < transports.length && isOfNetwork) {
        updateNow();
        return;
      }
      if (tried > transports.length) {
        tried = 1;
        index = best;
      }
    }
    const waitMs = backOffMs(env, attempt++, error);
    setStatus({ state: 'waiting', transport: transportOf().name, retryAt: env.now() + waitMs, cause: error });
    timer = env.setTimeout(() => {
      timer = undefined;
      updateNow();
    }, waitMs);
  };
  const refused = async (error: TetracastError, signal: AbortSignal): Promise<void> => {
    const isOneOfMany = linkNames.length > 1 && error.code !== 'unauthorized';
    isIsolating = true;
    const isFound = isOneOfMany && (await channels.isolate(linkNames));
    isIsolating = false;
    if (isFound || signal.aborted) update();
    else fail(error);
  };
  /** Ends all subscriptions: another attempt would be in vain. The next subscription begins again. */
  const fail = (reason: TetracastError): void => {
    stop();
    setStatus({ state: 'closed', reason });
    channels.failAll(reason);
  };

  const channels = createChannels(http, { update, lost, reopen, fail });
  const climb = createClimb(
    context,
    options,
    () => channels.first()[0],
    (better) => {
      // If it fails at once, it is left at once.
      failures[better] = FAILURES_MAX - 1;
      index = better;
      reopen();
    },
  );
  const watchdog = createWatchdog(env, options.heartbeatTimeoutMs, {
    onSilent: () => {
      if (link) lost(link, temporary('timeout', 'nothing arrived for too long'));
    },
    onQuiet: () => ready?.ping?.(),
    onWake: wake,
    onPause: (paused) => {
      isPaused = paused;
      update();
    },
  });

  return {
    channels,
    get isClosed() {
      return isClosed;
    },
    get ready() {
      return ready;
    },
    hold: (held) => {
      isHeld = held;
      update();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      stop();
      watchdog.close();
      setStatus({ state: 'closed' });
      channels.failAll(new TetracastError('closed', 'the client was closed'));
    },
  };
}
