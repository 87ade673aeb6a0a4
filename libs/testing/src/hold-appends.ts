import { Inbox } from './drivers/inbox';

/** Publications wait until the test lets the bus store them: each by what comes out of here. */
export function holdAppends(bus: { append: (publication: never) => Promise<unknown> }): Inbox<() => void> {
  const held = new Inbox<() => void>('publications');
  const append = bus.append.bind(bus);
  bus.append = async (publication: never) => {
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
    return append(publication);
  };
  return held;
}
