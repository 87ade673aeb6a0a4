import { type Bus, BusUnavailableError, MemoryBus } from '@tetracast/bus';

/** A memory bus that can be out of reach: then every call rejects as the port says. */
export function createBreakableBus(): { readonly bus: Bus; readonly setBroken: (broken: boolean) => void } {
  let broken = false;
  const memory = new MemoryBus({ retention: { size: 1000, ttlMs: 600_000 } });
  const bus = new Proxy<Bus>(memory, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (broken && name !== 'close' && name !== 'listen') {
        return () => Promise.reject(new BusUnavailableError('broken by the test'));
      }
      return (member as (...args: unknown[]) => unknown).bind(target);
    },
  });
  return { bus, setBroken: (value) => (broken = value) };
}
