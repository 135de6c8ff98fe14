import { toBatchSize } from './raw-batches.js';

describe('How many documents are asked for next', () => {
  it.each([
    ['as many as may be', 'they are small', { documents: 10, bytes: 3_000 }, 1_000],
    ['about a megabyte', 'they are larger', { documents: 10, bytes: 100_000 }, 104],
    ['fewer than at first', 'they are large', { documents: 10, bytes: 3_000_000 }, 3],
    ['one', 'each is larger than that', { documents: 10, bytes: 20_000_000 }, 1],
  ])('is %s where %s', (_many, _where, before, expected) => {
    expect(toBatchSize(1_000, before)).toBe(expected);
  });
});
