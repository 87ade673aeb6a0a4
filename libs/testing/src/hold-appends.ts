import { Inbox } from './drivers/inbox';

/** Publications wait until the test lets the bus store them: each by what comes out of here. */
export function holdAppends<Append extends (publication: never) => Promise<unknown>>(bus: {
  append: Append;
}): Inbox<() => void> {
  const held = new Inbox<() => void>('publications');
  const append = bus.append.bind(bus);
  bus.append = (async (publication) => {
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
    return append(publication);
  }) as Append;
  return held;
}
