/** npm, when it is what started this process through a shell that `exec` has replaced. */
const PARENT = process.ppid;
const LOOK_MS = 250;

export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Under npm, sends this process SIGTERM once npm is gone. npm passes SIGTERM and SIGINT on to its child, which the
 * script's `exec` makes this process; ended by SIGHUP or SIGKILL, it passes nothing on. Node.js has no event for that.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid !== PARENT) process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS).unref();
  for (const signal of STOP_SIGNALS) {
    process.once(signal, () => {
      // Told already: a second signal would end a server without grace.
      clearInterval(timer);
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}
