import { Inbox } from './drivers/inbox';

/** Publications wait until the test lets the bus store them: each by what comes out of here. */
export function holdAppends<P, R>(bus: { append: (publication: P) => Promise<R> }): Inbox<() => void> {
  const held = new Inbox<() => void>('publications');
  const append = bus.append.bind(bus);
  bus.append = async (publication) => {
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
    return append(publication);
  };
  return held;
}
