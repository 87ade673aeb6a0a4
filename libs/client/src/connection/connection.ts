import { backOffMs } from './back-off';
import { type Channels, createChannels, type Group } from '../subscriptions/channels';
import { createClimb } from './climb';
import { later, now } from '../environment';
import { OF_NETWORK, TetracastError, toError } from '../errors';
import type { Link, LinkContext, OpenLink } from '../links/link';
import type { AnyTransportName, Status } from './status';
import { createWatchdog } from './watchdog';

/** A connection that lived so long is no failure of its transport. */
const STABLE_MS = 30_000;
/** After so many failures in a row a transport is left for the next one. */
const FAILURES_MAX = 3;

/** A way to connect. */
export interface Transport {
  readonly name: AnyTransportName;
  readonly open: OpenLink;
}

export interface ConnectionOptions {
  /** Best first. */
  readonly transports: readonly Transport[];
  readonly heartbeatTimeoutMs?: number | undefined;
  readonly probeIntervalMs?: number | undefined;
  /** The open link is ready, or there is none any more. */
  readonly onLink: (link?: Link) => void;
  readonly setStatus: (status: Status) => void;
}

/**
 * The one connection of a client. It is open while there are subscriptions, tries one transport after another, resumes each time
 * from the same cursor, and goes back to a better transport once that works.
 */
export interface Connection {
  readonly channels: Channels;
  close(): void;
}

export function createConnection(context: LinkContext, options: ConnectionOptions): Connection {
  const { transports, heartbeatTimeoutMs = 45_000, setStatus, onLink } = options;
  const failures = transports.map(() => 0);
  let link: Link | undefined;
  let ready: Link | undefined;
  /** Cancels what is waited for: the next attempt, or the link's first word. Without it nothing happens. */
  let cancel: (() => void) | undefined;
  let readyAt = 0;
  let index = 0;
  let attempt = 0;
  let isPaused = false;
  let isClosed = false;

  const stop = (): void => {
    const last = link;
    const wasReady = ready;
    cancel?.();
    watchdog.stop();
    climb.stop();
    link = ready = cancel = undefined;
    channels.inLink.clear();
    last?.close();
    if (wasReady) onLink();
  };
  /** Brings the connection up to date with its channels, at the end of this turn. */
  const update = (): void => queueMicrotask(updateNow);
  const updateNow = (): void => {
    if (isClosed) channels.failAll();
    else if (isPaused || channels.size === 0) {
      if (!cancel) return;
      stop();
      setStatus({ state: 'idle' });
    } else if (link?.join) channels.join(link);
    else if (ready) {
      if (channels.inLink.size < channels.size) void prepare();
    } else if (!cancel) open();
  };
  /** Replaces the link, and resumes. */
  const reopen = (): void => {
    stop();
    update();
  };
  const open = (): void => {
    const { name: transport, open: openLink } = transports[index] as Transport;
    const [names, start] = channels.missing()[0] as Group;
    let hasMoved = false;
    const opened = openLink(context, names, start, {
      onReady: () => {
        if (link !== opened || ready) return;
        cancel?.();
        ready = opened;
        readyAt = now();
        watchdog.start();
        climb.start(index);
        update();
        setStatus({ state: 'connected', transport });
        onLink(opened);
      },
      onActivity: watchdog.seen,
      onMove: (cursor, arrived) => {
        if (link !== opened) return;
        channels.cursor = cursor;
        if (!hasMoved && !opened.join) channels.begin();
        hasMoved = true;
        if (!arrived) return;
        if ('reason' in arrived) channels.onReset(arrived);
        else channels.push(arrived);
      },
      onEnd: (error) => lost(opened, error),
    });
    link = opened;
    cancel = later(context.timeoutMs, () => lost(opened, new TetracastError('timeout')));
    if (opened.join) channels.join(opened);
    else for (const name of names) channels.inLink.add(name);
    setStatus({ state: 'connecting', transport });
  };
  const lost = (ended: Link | undefined, error: TetracastError): void => {
    if (ended !== link) return;
    const wasReady = ready;
    stop();
    if (!error.isTemporary) {
      if (channels.size > 1 && error.code !== 'unauthorized') void prepare(error);
      else fail(error);
      return;
    }
    if (wasReady && now() - readyAt >= STABLE_MS) {
      failures.fill(0);
      attempt = 0;
      if (index === 0) climb.reset();
    }
    const mayHelp = OF_NETWORK.includes(error.code);
    const count = (failures[index] as number) + (mayHelp && !wasReady ? FAILURES_MAX : 1);
    failures[index] = count;
    if (count >= FAILURES_MAX) {
      index = failures.findIndex((earlier) => earlier < FAILURES_MAX);
      if (index < 0) {
        // All have failed: after a while the next round begins.
        failures.fill(0);
        index = 0;
      } else if (mayHelp) {
        updateNow();
        return;
      }
    }
    wait(error);
  };
  const wait = (cause: TetracastError): void => {
    const waitMs = backOffMs(attempt++, cause);
    cancel = later(waitMs, () => {
      cancel = undefined;
      updateNow();
    });
    const transport = (transports[index] as Transport).name;
    setStatus({ state: 'waiting', transport, retryAt: now() + waitMs, cause });
  };
  /** Prepares the channels while no link is open, and goes on. */
  const prepare = async (refusal?: TetracastError): Promise<void> => {
    stop();
    const isCurrent = (): boolean => cancel === isCurrent;
    cancel = isCurrent;
    const error = await channels.prepare(isCurrent, refusal).catch(toError);
    if (!isCurrent()) return;
    cancel = undefined;
    if (!error) updateNow();
    else if (error.isTemporary) wait(error);
    else fail(error);
  };
  /** Ends all subscriptions: another attempt would be in vain. Unless the program has closed it, the next subscription begins again. */
  const fail = (reason?: TetracastError): void => {
    stop();
    setStatus({ state: 'closed', reason });
    channels.failAll(reason);
  };

  const channels = createChannels(context, {
    update,
    leave: (name) => {
      if (link?.leave) link.leave(name);
      else if (channels.size > 0) reopen();
    },
    lost,
    fail,
  });
  const climb = createClimb(
    context,
    options,
    () => [...channels.inLink],
    (better) => {
      // If it fails at once, it is left at once.
      failures[better] = FAILURES_MAX - 1;
      index = better;
      reopen();
    },
  );
  const watchdog = createWatchdog(heartbeatTimeoutMs, {
    onSilent: () => lost(link, new TetracastError('timeout')),
    onQuiet: () => ready?.ping?.(),
    onWake: () => {
      attempt = 0;
      reopen();
    },
    onPause: (paused) => {
      isPaused = paused;
      update();
    },
  });

  return {
    channels,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      watchdog.close();
      fail();
    },
  };
}
