import { Inbox } from '../src';

describe('Inbox', () => {
  it('hands over what came before and what comes after the call, in order', async () => {
    const inbox = new Inbox<number>('numbers');
    inbox.push(1);

    const three = inbox.next(3);
    const one = inbox.next();
    for (const item of [2, 3, 4]) inbox.push(item);

    expect(await three).toEqual([1, 2, 3]);
    expect(await one).toEqual([4]);
    expect(inbox.items).toEqual([1, 2, 3, 4]);
  });

  it('says what did come when too little came in time', async () => {
    const inbox = new Inbox<string>('letters', 5);
    inbox.push('a');

    await expect(inbox.next(2)).rejects.toThrow('letters: waited 5 ms for 2 more, got ["a"]');
  });

  it('rejects who waits and who will wait once nothing more can come, but hands over what had come', async () => {
    const inbox = new Inbox<string>('letters');
    const waiting = inbox.next(2);
    inbox.push('a');

    inbox.fail(new Error('closed'));

    await expect(waiting).rejects.toThrow('closed');
    await expect(inbox.next()).rejects.toThrow('closed');
    const late = new Inbox<string>('letters');
    late.push('a');
    late.fail(new Error('closed'));
    late.push('too late');
    expect(late.items).toEqual(['a']);
    expect(await late.one()).toBe('a');
  });
});
