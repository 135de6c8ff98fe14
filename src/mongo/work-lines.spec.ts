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
});
