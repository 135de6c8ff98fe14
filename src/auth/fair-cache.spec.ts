import type { Tenant } from '../tenancy/index.js';
import { FairCache } from './fair-cache.js';

const [ACME, BOLT, COGS] = ['acme', 'bolt', 'cogs'].map((database) => ({ database }) as Tenant) as [Tenant, Tenant, Tenant];
const LONG = 60_000;
const upTo = (count: number): string[] => Array.from({ length: count }, (_, at) => `id ${at}`);
const foundOf = (cache: FairCache<string>, tenant: Tenant, ids = upTo(100)): string[] => ids.filter((id) => cache.get(tenant, id) !== undefined);

/** A cache in which these tenants have so many entries each, one tenant after the other. */
function filled(most: number, ...entries: [Tenant, number][]): FairCache<string> {
  const cache = new FairCache<string>(most);
  for (const [tenant, count] of entries) for (const id of upTo(count)) cache.set(tenant, id, 'x', LONG);
  return cache;
}

describe('FairCache', () => {
  it('keeps what a tenant has when another has more than there is room for', () => {
    const cache = filled(10, [ACME, 3], [BOLT, 100]);
    expect([foundOf(cache, ACME), foundOf(cache, BOLT)]).toEqual([upTo(3), upTo(100).slice(-7)]);
  });

  it('is whoever’s needs it, and is shared as others come', () => {
    const cache = filled(10, [ACME, 100]);
    expect(foundOf(cache, ACME)).toHaveLength(10);
    for (const id of upTo(100)) for (const tenant of [BOLT, COGS]) cache.set(tenant, id, 'x', LONG);
    expect([ACME, BOLT, COGS].map((tenant) => foundOf(cache, tenant).length).sort()).toEqual([3, 3, 4]);
  });

  it('loses what was used longest ago', () => {
    const cache = filled(3, [ACME, 3]);
    cache.get(ACME, 'id 0');
    cache.set(ACME, 'id 3', 'x', LONG);
    expect(foundOf(cache, ACME)).toEqual(['id 0', 'id 2', 'id 3']);
  });

  it('has each tenant’s own under the same id', () => {
    const cache = new FairCache<string>(10);
    cache.set(ACME, 'id', 'of acme', LONG);
    expect([cache.get(ACME, 'id'), cache.get(BOLT, 'id')]).toEqual(['of acme', undefined]);
    cache.delete(BOLT, 'id');
    cache.delete(ACME, 'id');
    expect(cache.get(ACME, 'id')).toBeUndefined();
  });

  it('counts what is written again once, what is deleted no more, and what is larger for more', () => {
    const cache = new FairCache<string>(10, ({ length }) => length);
    for (const value of ['xxxx', 'xxxxxxxx', 'xxxx']) cache.set(ACME, 'id 0', value, LONG);
    cache.set(ACME, 'id 1', 'xxxxxx', LONG);
    expect(foundOf(cache, ACME)).toEqual(['id 0', 'id 1']);
    cache.delete(ACME, 'id 1');
    cache.set(ACME, 'id 2', 'xxxxxx', LONG);
    expect(foundOf(cache, ACME)).toEqual(['id 0', 'id 2']);
    cache.set(ACME, 'id 3', 'x'.repeat(11), LONG);
    expect(foundOf(cache, ACME)).toEqual(['id 0', 'id 2']);
  });

  it('forgets what is over', async () => {
    const cache = new FairCache<string>(10);
    cache.set(ACME, 'id', 'x', 1);
    const started = performance.now();
    while (performance.now() - started < 20) await new Promise(setImmediate);
    expect(cache.get(ACME, 'id')).toBeUndefined();
  });
});
