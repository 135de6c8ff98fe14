import { DatabaseUnavailableError } from './mongo.errors.js';
import { WorkLines, type LineRules } from './work-lines.js';

const RULES: LineRules = { atOnce: 2, waiting: 2, full: () => new Error('full') };

/** Pieces of work of one name, each of which ends when it is told to. */
class Crowd {
  readonly begun: number[] = [];
  private readonly ends: { resolve(): void; reject(error: Error): void }[] = [];
  private readonly lines = new WorkLines();

  come(number: number, rules: Partial<LineRules> = {}): Promise<number> {
    const work = (): Promise<number> => {
      this.begun.push(number);
      return new Promise((resolve, reject) => (this.ends[number] = { resolve: () => resolve(number), reject }));
    };
    return this.lines.run('one', work, { ...RULES, ...rules });
  }

  end(number: number): void {
    this.ends[number]?.resolve();
  }

  fail(number: number, error: Error): void {
    this.ends[number]?.reject(error);
  }
}

let crowd: Crowd;
beforeEach(() => {
  crowd = new Crowd();
});

describe('WorkLines', () => {
  it('lets so many work at once, the next in the order of asking, and refuses who is one too many', async () => {
    const answers = [1, 2, 3, 4].map((number) => crowd.come(number));
    await expect(crowd.come(5)).rejects.toThrow('full');
    expect(crowd.begun).toEqual([1, 2]);
    crowd.end(2);
    expect(await answers[1]).toBe(2);
    await new Promise(setImmediate);
    expect(crowd.begun).toEqual([1, 2, 3]);
    for (const number of [1, 3]) crowd.end(number);
    await new Promise(setImmediate);
    crowd.end(4);
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4]);
  });

  it('goes by the rules of who came last', async () => {
    const answers = [crowd.come(1, { atOnce: 1 }), crowd.come(2, { atOnce: 1 }), crowd.come(3, { atOnce: 3 })];
    expect(crowd.begun).toEqual([1, 2, 3]);
    for (const number of [1, 2, 3]) crowd.end(number);
    await Promise.all(answers);
  });

  it('lets somebody leave who still waits, without the work, and gives the place to another', async () => {
    const gone = new AbortController();
    const answers = [crowd.come(1), crowd.come(2), crowd.come(3)];
    const left = crowd.come(4, { signal: gone.signal });
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const instead = crowd.come(5);
    for (const number of [1, 2]) crowd.end(number);
    await new Promise(setImmediate);
    expect(crowd.begun).toEqual([1, 2, 3, 5]);
    for (const number of [3, 5]) crowd.end(number);
    await Promise.all([...answers, instead]);
  });

  it('counts work that has begun until it is done, also for somebody who has gone', async () => {
    const gone = new AbortController();
    const answers = [crowd.come(1, { signal: gone.signal }), crowd.come(2), crowd.come(3)];
    gone.abort(new Error('gone'));
    await new Promise(setImmediate);
    expect(crowd.begun).toEqual([1, 2]);
    crowd.end(1);
    expect(await answers[0]).toBe(1);
    for (const number of [2, 3]) {
      crowd.end(number);
      await new Promise(setImmediate);
    }
    await Promise.all(answers);
  });

  it('does not begin for somebody who had gone before', async () => {
    await expect(crowd.come(1, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
    expect(crowd.begun).toEqual([]);
  });

  it('tells those who wait that the database is away, unless others were answered meanwhile', async () => {
    const away = new DatabaseUnavailableError();
    const answers = [1, 2, 3, 4].map((number) => crowd.come(number));
    const told = Promise.allSettled(answers);
    crowd.end(1);
    await new Promise(setImmediate);
    crowd.fail(2, away);
    await new Promise(setImmediate);
    expect(crowd.begun).toEqual([1, 2, 3, 4]);
    const late = [5, 6].map((number) => crowd.come(number));
    const lateTold = Promise.allSettled(late);
    crowd.fail(3, away);
    await lateTold;
    expect(crowd.begun).toEqual([1, 2, 3, 4]);
    crowd.end(4);
    expect((await told).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await lateTold).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('does at once what need not wait, and nothing that would have to', async () => {
    const lines = new WorkLines();
    const ends: (() => void)[] = [];
    const work = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
    const [first, second] = [lines.runNow('one', work, 1), lines.runNow('one', work, 1)];
    expect([ends.length, second]).toEqual([1, null]);
    const next = lines.run('one', work, { ...RULES, atOnce: 1 });
    expect([lines.runNow('one', work, 2), lines.runNow('two', work, 1) === null]).toEqual([null, false]);
    for (const end of ends) end();
    await first;
    expect(ends).toHaveLength(3);
    ends[2]?.();
    await next;
    expect(lines.runNow('one', work, 1)).not.toBeNull();
  });

  it('lets one of many have a part of the places to wait, whatever the others leave', async () => {
    const mine = { who: 'me', most: 2 };
    const crowd = new Crowd();
    const many = { waiting: 4 };
    const working = [crowd.come(1, many), crowd.come(2, many)];
    const gone = new AbortController();
    const waiting = [crowd.come(3, { ...many, share: mine }), crowd.come(4, { ...many, share: mine, signal: gone.signal })];
    await expect(crowd.come(5, { ...many, share: mine })).rejects.toThrow('full');
    const others = [crowd.come(6, { ...many, share: { who: 'you', most: 2 } }), crowd.come(7, many)];
    await expect(crowd.come(8, many)).rejects.toThrow('full');
    gone.abort(new Error('gone'));
    await expect(waiting[1]).rejects.toThrow('gone');
    const again = crowd.come(9, { ...many, share: mine });
    await expect(crowd.come(10, { ...many, share: mine })).rejects.toThrow('full');
    for (const number of [1, 2]) crowd.end(number);
    await Promise.all(working);
    expect(crowd.begun).toEqual([1, 2, 3, 6]);
    const later = crowd.come(11, { ...many, share: mine });
    for (const number of [3, 6, 7, 9]) {
      crowd.end(number);
      await new Promise(setImmediate);
    }
    crowd.end(11);
    expect(await Promise.all([waiting[0], ...others, again, later])).toEqual([3, 6, 7, 9, 11]);
  });
});
