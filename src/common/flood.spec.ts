import { Flood } from './flood.js';

describe('Flood', () => {
  it('lets the first be told, and one a second after it with how many were not', () => {
    const flood = new Flood();

    expect([10_000, 10_001, 10_999, 11_000, 11_001, 12_500, 14_000].map((now) => flood.count(now))).toEqual([0, null, null, 2, null, 1, 0]);
  });
});
