import { newId, type Insertion } from '../mongo/index.js';
import { PushLines, type LineWork } from './push-lines.js';

const insertion = (database: string, n: number): Insertion => ({ database, collection: 'messages', committed: new Date(n), document: { _id: newId(), n } });
const numbersOf = (insertions: readonly Insertion[]): unknown[] => insertions.map(({ document }) => document.n);
const insertions = (database: string, ...numbers: number[]): Insertion[] => numbers.map((n) => insertion(database, n));

/** Pushes that last until they are let go, for databases called `slow…`; others are done at once. */
class Pushes implements LineWork {
  readonly pushed: Record<string, unknown[]> = {};
  readonly givenUp: Record<string, unknown[]> = {};
  private readonly held: (() => void)[] = [];

  readonly push = (database: string, some: readonly Insertion[]): Promise<void> => {
    this.pushed[database] = [...(this.pushed[database] ?? []), ...numbersOf(some)];
    return database.startsWith('slow') ? new Promise((resolve) => this.held.push(resolve)) : Promise.resolve();
  };

  readonly giveUp = (database: string, some: readonly Insertion[]): void => {
    this.givenUp[database] = [...(this.givenUp[database] ?? []), ...numbersOf(some)];
  };

  letGo(): void {
    this.held.splice(0).forEach((resolve) => resolve());
  }
}

const PATIENT = { waiting: 4, stuckMs: 60_000 };

describe('PushLines', () => {
  let pushes: Pushes;
  beforeEach(() => {
    pushes = new Pushes();
  });

  it('pushes those of each database in order, and keeps none waiting for another', async () => {
    const lines = new PushLines(PATIENT, pushes);
    await lines.take([...insertions('slow', 1), ...insertions('quick', 1, 2)]);
    await lines.take([...insertions('slow', 2), ...insertions('quick', 3)]);
    expect(pushes.pushed).toEqual({ slow: [1], quick: [1, 2, 3] });
    pushes.letGo();
    await lines.take(insertions('slow', 3));

    expect(pushes.pushed.slow).toEqual([1, 2, 3].slice(0, pushes.pushed.slow!.length));
    pushes.letGo();
    await lines.stop();
    expect(pushes.givenUp).toEqual({});
  });

  it('takes no more until there is place', async () => {
    const lines = new PushLines(PATIENT, pushes);
    await lines.take(insertions('slow', 1));
    let isTaken = false;
    const taken = lines.take(insertions('slow', 2, 3, 4, 5)).then(() => (isTaken = true));
    await Promise.resolve();
    expect([isTaken, pushes.pushed]).toEqual([false, { slow: [1] }]);
    pushes.letGo();
    await taken;

    expect(pushes.pushed).toEqual({ slow: [1, 2, 3, 4, 5] });
    pushes.letGo();
    await lines.stop();
  });

  it('gives up what waits for a database that is stuck, when there is no place for others', async () => {
    const lines = new PushLines({ waiting: 4, stuckMs: 0 }, pushes);
    await lines.take(insertions('slow', 1));
    await lines.take(insertions('slow', 2, 3));
    expect(pushes.givenUp).toEqual({});
    await lines.take([...insertions('slow', 4, 5), ...insertions('quick', 1)]);

    expect([pushes.pushed, pushes.givenUp]).toEqual([{ slow: [1], quick: [1] }, { slow: [2, 3, 4, 5] }]);
    pushes.letGo();
    await lines.take(insertions('slow', 6));
    expect(pushes.pushed.slow).toEqual([1, 6]);
    pushes.letGo();
    await lines.stop();
  });

  it('forgets what waits when it is stopped, and waits for what was begun', async () => {
    const lines = new PushLines(PATIENT, pushes);
    await lines.take(insertions('slow', 1));
    const full = lines.take(insertions('slow', 2, 3, 4, 5));
    let hasStopped = false;
    const stopped = lines.stop().then(() => (hasStopped = true));
    await Promise.resolve();
    expect(hasStopped).toBe(false);
    pushes.letGo();
    await Promise.all([full, stopped]);

    expect([pushes.pushed, pushes.givenUp]).toEqual([{ slow: [1] }, {}]);
  });
});
