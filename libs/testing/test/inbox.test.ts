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

  it('says what did come when nothing more comes', async () => {
    const inbox = new Inbox<string>('letters', 5);
    inbox.push('a');

    await expect(inbox.next(2)).rejects.toThrow('nothing moved for 5 ms: letters: 2 more wanted, got ["a"]');
  });

  it('waits for as long as more and more comes', async () => {
    jest.useFakeTimers();
    const inbox = new Inbox<number>('numbers', 100);
    const all = inbox.next(50);

    for (let n = 0; n < 50; n++) {
      jest.advanceTimersByTime(90);
      inbox.push(n);
    }

    expect(await all).toHaveLength(50);
    jest.useRealTimers();
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
