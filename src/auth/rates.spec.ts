import { Rates, toSeconds, type Rate } from './rates.js';

const { jest } = import.meta;
const rate = (perSecond: number, key = 'somebody'): Rate => ({ key, perSecond });

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

/** How many of so many pass at this moment. */
function passing(rates: Rates, tries: number, ...of: Rate[]): number {
  return Array.from({ length: tries }, () => rates.count(of)).filter((exceeded) => exceeded === null).length;
}

describe('A rate', () => {
  it.each([1, 3, 7, 300, 5_000])('of %i a second lets three seconds’ worth pass at once, and then as much as it says, evenly', (perSecond) => {
    const rates = new Rates();
    expect(passing(rates, 4 * perSecond, rate(perSecond))).toBe(3 * perSecond);
    let passed = 0;
    for (let ms = 0; ms < 2_000; ms += 10) {
      jest.advanceTimersByTime(10);
      const now = passing(rates, perSecond, rate(perSecond));
      expect(now).toBeLessThanOrEqual(Math.ceil(perSecond / 100) + 1);
      passed += now;
    }
    expect(Math.abs(passed - 2 * perSecond)).toBeLessThanOrEqual(1);
  });

  it('gives back everything to who waits, and no more', () => {
    const rates = new Rates();
    passing(rates, 100, rate(2));
    jest.advanceTimersByTime(3_600_000);
    expect(passing(rates, 100, rate(2))).toBe(6);
  });

  it('that is exceeded says when one more will pass, and it does', () => {
    const rates = new Rates();
    passing(rates, 100, rate(0.25));
    const exceeded = rates.exceededOf(rate(0.25));
    expect([exceeded?.perSecond, exceeded === null ? 0 : toSeconds(exceeded)]).toEqual([0.25, 3]);
    jest.advanceTimersByTime(3_000);
    expect(rates.count([rate(0.25)])).toBeNull();
  });

  it('is counted for each that it is of, up to the first that is exceeded', () => {
    const rates = new Rates();
    expect(passing(rates, 20, rate(2, 'caller'), rate(10, 'tenant'))).toBe(6);
    expect(passing(rates, 100, rate(10, 'tenant'))).toBe(24);
    expect(rates.count([rate(2, 'other caller'), rate(10, 'tenant')])?.perSecond).toBe(10);
  });

  it('counts nothing where it is only asked', () => {
    const rates = new Rates();
    for (let asked = 0; asked < 50; asked++) expect(rates.exceededOf(rate(1))).toBeNull();
    expect(passing(rates, 10, rate(1))).toBe(3);
  });

  it('that is changed is in force at once', () => {
    const rates = new Rates();
    passing(rates, 10, rate(1));
    expect(passing(rates, 50, rate(10))).toBe(30);
  });
});
