import { Deadline, type Patience } from './deadline.js';
import { DatabaseUnavailableError } from './mongo.errors.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** A database that answers each probe, or none. */
function patience({ answers, workMs = 1_000 }: { answers: boolean; workMs?: number }): Patience & { probes: number } {
  let heardAt = performance.now();
  return {
    silenceMs: 40,
    workMs,
    probes: 0,
    lastSign: () => heardAt,
    probe() {
      this.probes++;
      if (answers) heardAt = performance.now();
    },
  };
}

const { jest } = import.meta;

/** How the waiting for this work ends while the time goes by. */
async function outcome<T>(deadline: Deadline, work: () => Promise<T>): Promise<T | 'given up'> {
  const ended = deadline.bound(work).catch((error: unknown) => {
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    return 'given up' as const;
  });
  await jest.advanceTimersByTimeAsync(2_000);
  return ended;
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('A deadline', () => {
  it('answers what the work answers, and throws what it throws', async () => {
    await expect(new Deadline(patience({ answers: false })).bound(() => Promise.resolve('done'))).resolves.toBe('done');
    await expect(new Deadline(patience({ answers: false })).bound(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('ends the waiting for a database that does not answer a probe', async () => {
    const silent = patience({ answers: false });
    expect(await outcome(new Deadline(silent), never)).toBe('given up');
    expect(silent.probes).toBe(1);
  });

  it('waits on as long as probes are answered, but not for ever', async () => {
    const busy = patience({ answers: true, workMs: 200 });
    expect(await outcome(new Deadline(busy), never)).toBe('given up');
    expect(busy.probes).toBeGreaterThan(3);
  });

  it.each([
    [false, 'no sign of life'],
    [true, 'no progress for 200 ms'],
  ])('says why it passed: of a database that answers (%s) that there was %s', async (answers, reason) => {
    const ended = new Deadline(patience({ answers, workMs: 200 })).bound(never).catch((error: unknown) => String((error as DatabaseUnavailableError).cause));
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await ended).toContain(reason);
  });

  it('waits for work that is slower than the silence allowed, from a database that lives', async () => {
    const alive = patience({ answers: true });
    const slow = new Promise<string>((resolve) => {
      const { probe } = alive;
      alive.probe = () => {
        probe.call(alive);
        if (alive.probes === 4) resolve('late');
      };
    });
    expect(await outcome(new Deadline(alive), () => slow)).toBe('late');
  });

  it('tells work that goes on that its caller has been answered', async () => {
    const deadline = new Deadline(patience({ answers: false }));
    expect(() => deadline.check()).not.toThrow();
    expect(await outcome(deadline, never)).toBe('given up');
    expect(() => deadline.check()).toThrow(DatabaseUnavailableError);
  });
});
