import { Lending } from './lending.js';

let closed: string[];
let made: number;
let lending: Lending<string>;

beforeEach(() => {
  [closed, made] = [[], 0];
  lending = new Lending(2, (thing) => closed.push(thing));
});

const lend = <R>(key: string, work: (thing: string) => Promise<R>): Promise<R> => lending.lend(key, () => `${key}${++made}`, work);
const use = (key: string): Promise<string> => lend(key, (thing) => Promise.resolve(thing));

/** Takes the thing of that key and answers what gives it back. */
function hold(key: string): { end: () => Promise<string>; thing: () => string } {
  let end = (): void => undefined;
  let held = '';
  const done = lend(key, async (thing) => {
    held = thing;
    await new Promise<void>((resolve) => (end = resolve));
    return thing;
  });
  return { thing: () => held, end: () => (end(), done) };
}

describe('Lending', () => {
  it('lends the same thing again, and keeps those that were used last', async () => {
    expect([await use('a'), await use('a'), await use('b'), await use('a'), await use('c')]).toEqual(['a1', 'a1', 'b2', 'a1', 'c3']);
    expect(closed).toEqual(['b2']);
    expect([await use('b'), closed, lending.size]).toEqual(['b4', ['b2', 'a1'], 2]);
  });

  it('closes nothing that is in use, and then does so when its last user is done', async () => {
    const [first, second] = [hold('a'), hold('a')];
    await use('b');
    await use('c');
    expect([closed, lending.size, lending.all()]).toEqual([[], 3, ['a1', 'b2', 'c3']]);
    await first.end();
    expect(closed).toEqual([]);
    await second.end();
    expect([closed, lending.size]).toEqual([['a1'], 2]);
  });

  it('takes up again what had to go and is still in use', async () => {
    const first = hold('a');
    await use('b');
    await use('c');
    expect(await use('a')).toBe('a1');
    await first.end();
    expect(await use('a')).toBe('a1');
    expect(closed).toEqual(['b2']);
  });

  it('lends what was dismissed to nobody more, and closes it when its users are done', async () => {
    const first = hold('a');
    lending.dismiss('a', 'another');
    expect(await use('a')).toBe('a1');
    lending.dismiss('a', 'a1');
    expect([await use('a'), closed]).toEqual(['a2', []]);
    await first.end();
    expect([await use('a'), closed]).toEqual(['a2', ['a1']]);
    lending.dismiss('a', 'a2');
    expect([closed, lending.size]).toEqual([['a1', 'a2'], 0]);
  });

  it('dismisses what had to go and is still in use, too', async () => {
    const first = hold('a');
    await use('b');
    await use('c');
    lending.dismiss('a', 'a1');
    expect(await use('a')).toBe('a4');
    await first.end();
    expect(closed).toEqual(['b2', 'a1']);
  });

  it('gives back what failed', async () => {
    await expect(lend('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await use('b');
    await use('c');
    expect(closed).toEqual(['a1']);
  });
});
