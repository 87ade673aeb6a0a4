import { type Bus, BusUnavailableError, MemoryBus } from '@tetracast/bus';

/**
 * A memory bus that outlives the services on it, and can be out of reach: then every call rejects as the port says.
 */
export function createBreakableBus(size = 1000): { readonly bus: Bus; readonly setBroken: (broken: boolean) => void } {
  let broken = false;
  const memory = new MemoryBus({ retention: { size, ttlMs: 600_000 } });
  const bus = new Proxy<Bus>(memory, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name === 'close') return () => Promise.resolve();
      if (broken && name !== 'listen') {
        return () => Promise.reject(new BusUnavailableError('broken by the test'));
      }
      return (member as (...args: unknown[]) => unknown).bind(target);
    },
  });
  return { bus, setBroken: (value) => (broken = value) };
}
