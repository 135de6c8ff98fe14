import { OverloadedError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { RoomQueue } from './room-queue.js';

/** A piece of work that ends when it is told to. */
class Work {
  begun = false;
  end!: (answer: string) => void;
  fail!: (error: Error) => void;
  private readonly ended = new Promise<string>((resolve, reject) => {
    this.end = resolve;
    this.fail = reject;
  });

  readonly run = (): Promise<string> => {
    this.begun = true;
    return this.ended;
  };
}

describe('RoomQueue', () => {
  it('answers what the work answers', async () => {
    expect(await new RoomQueue(1).run('a', async () => 'done')).toBe('done');
  });

  it('runs the work of one room one after the other, in the order of asking', async () => {
    const queue = new RoomQueue(200);
    const order: string[] = [];
    const visit = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await Promise.all(['one', 'two', 'three'].map((name) => queue.run('a', visit(name))));
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends']);
  });

  it('runs the work of different rooms side by side', async () => {
    const queue = new RoomQueue(200);
    const [slow, quick] = [new Work(), new Work()];
    const slowAnswer = queue.run('a', slow.run);
    const quickAnswer = queue.run('b', quick.run);
    quick.end('b is done');
    expect(await quickAnswer).toBe('b is done');
    expect(slow.begun).toBe(true);
    slow.end('a is done');
    expect(await slowAnswer).toBe('a is done');
  });

  it('refuses what is one too many for a room, without doing it, and takes the rest', async () => {
    const queue = new RoomQueue(2);
    const [running, first, second, oneTooMany] = [new Work(), new Work(), new Work(), new Work()];
    const answers = [running, first, second].map(({ run }) => queue.run('a', run));
    await expect(queue.run('a', oneTooMany.run)).rejects.toThrow(OverloadedError);
    running.end('1');
    first.end('2');
    second.end('3');
    expect(await Promise.all(answers)).toEqual(['1', '2', '3']);
    expect(oneTooMany.begun).toBe(false);
  });

  it('refuses for the crowded room only, and there only until its work is done', async () => {
    const queue = new RoomQueue(1);
    const [running, waiting] = [new Work(), new Work()];
    const answers = [queue.run('a', running.run), queue.run('a', waiting.run)];
    await expect(queue.run('a', async () => 'no')).rejects.toThrow(OverloadedError);
    expect(await queue.run('b', async () => 'yes')).toBe('yes');
    running.end('1');
    waiting.end('2');
    await Promise.all(answers);
    expect(await queue.run('a', async () => 'yes again')).toBe('yes again');
  });

  it('goes on with the next one when the work of one fails', async () => {
    const queue = new RoomQueue(200);
    const failing = new Work();
    const failed = queue.run('a', failing.run);
    const next = queue.run('a', async () => 'next');
    failing.fail(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  it('tells those who wait behind work that found the database away the same at once, and begins anew with who comes then', async () => {
    const queue = new RoomQueue(200);
    const [running, ...waiting] = [new Work(), new Work(), new Work()];
    const elsewhere = new Work();
    const answers = [running, ...waiting].map(({ run }) => queue.run('a', run));
    const otherAnswer = queue.run('b', elsewhere.run);
    const away = new DatabaseUnavailableError();
    running.fail(away);
    expect(await Promise.allSettled(answers)).toEqual(answers.map(() => ({ status: 'rejected', reason: away })));
    expect(waiting.map(({ begun }) => begun)).toEqual([false, false]);
    expect(await queue.run('a', async () => 'back')).toBe('back');
    elsewhere.end('done');
    expect(await otherAnswer).toBe('done');
  });

  it('takes who comes while those who waited are told that the database is away', async () => {
    const queue = new RoomQueue(200);
    const [running, waiting] = [new Work(), new Work()];
    const failed = queue.run('a', running.run).catch(() => queue.run('a', async () => 'again'));
    const told = expect(queue.run('a', waiting.run)).rejects.toThrow(DatabaseUnavailableError);
    running.fail(new DatabaseUnavailableError());
    expect(await failed).toBe('again');
    await told;
  });

  it('still runs one after the other what is asked for as soon as the last one is done', async () => {
    const queue = new RoomQueue(200);
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    const sender = async (): Promise<void> => {
      for (let sent = 0; sent < 20; sent++) await queue.run('a', work);
    };
    await Promise.all([sender(), sender(), sender()]);
    expect(most).toBe(1);
  });

  it('says when to try again', async () => {
    const refused = new OverloadedError();
    expect([refused.status, refused.code, refused.retryAfterSeconds]).toEqual([503, 'OVERLOADED', 1]);
  });
});
