import { Overlap } from './overlap.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Pieces of work that end when they are told to. */
function pieces(count: number): { begun: number[]; all: { work: () => Promise<void>; end: () => void; fail: (error: Error) => void }[] } {
  const begun: number[] = [];
  const all = Array.from({ length: count }, (_, at) => {
    const { promise, resolve, reject } = withResolvers();
    const work = (): Promise<void> => {
      begun.push(at);
      return promise;
    };
    return { work, end: resolve, fail: reject };
  });
  return { begun, all };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let [resolve, reject] = [(): void => undefined, (_error: Error): void => undefined];
  const promise = new Promise<void>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

describe('Overlap', () => {
  it('has so many pieces under way at most, and begins the next when one is done', async () => {
    const overlap = new Overlap(2);
    const { begun, all } = pieces(3);
    await overlap.begin(all[0]!.work);
    await overlap.begin(all[1]!.work);
    const third = overlap.begin(all[2]!.work);
    await turn();
    expect(begun).toEqual([0, 1]);

    all[1]!.end();
    await third;
    expect(begun).toEqual([0, 1, 2]);
  });

  it('ends when all is done', async () => {
    const overlap = new Overlap(2);
    const { all } = pieces(2);
    await Promise.all(all.map(({ work }) => overlap.begin(work)));
    let isOver = false;
    const ending = overlap.end().then(() => (isOver = true));
    all[0]!.end();
    await turn();
    expect(isOver).toBe(false);
    all[1]!.end();
    await ending;
  });

  it.each([2, 3])('begins nothing more once a piece has failed, and tells of it, where %i may be under way', async (most) => {
    const overlap = new Overlap(most);
    const { begun, all } = pieces(3);
    await overlap.begin(all[0]!.work);
    await overlap.begin(all[1]!.work);
    all[0]!.fail(new Error('full'));
    await turn();
    await expect(overlap.begin(all[2]!.work)).rejects.toThrow('full');
    await expect(overlap.end()).rejects.toThrow('full');
    expect(begun).toEqual([0, 1]);
  });

  it('settles when the others are over too', async () => {
    const overlap = new Overlap(2);
    const { all } = pieces(2);
    await Promise.all(all.map(({ work }) => overlap.begin(work)));
    let isOver = false;
    const settling = overlap.settle().then(() => (isOver = true));
    all[0]!.fail(new Error('full'));
    await turn();
    expect(isOver).toBe(false);
    all[1]!.end();
    await settling;
  });
});
