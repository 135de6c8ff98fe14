import { LRUCache } from 'lru-cache';

import type { Tenant } from '../tenancy/index.js';

/** What is remembered for tenants for a while, within one bound for all: when it is full, whoever has most in it loses what was used longest ago. */
export class FairCache<V extends object | string | boolean> {
  private readonly byDatabase = new Map<string, LRUCache<string, V>>();
  private size = 0;

  constructor(
    private readonly most: number,
    private readonly sizeOf: (value: V) => number = () => 1,
  ) {}

  get({ database }: Tenant, id: string): V | undefined {
    return this.byDatabase.get(database)?.get(id);
  }

  set({ database }: Tenant, id: string, value: V, ttl: number): void {
    const cache = this.byDatabase.get(database) ?? this.open(database);
    this.change(database, cache, () => cache.set(id, value, { ttl }));
    while (this.size > this.most) this.shrink();
  }

  delete({ database }: Tenant, id: string): void {
    const cache = this.byDatabase.get(database);
    if (cache !== undefined) this.change(database, cache, () => cache.delete(id));
  }

  private open(database: string): LRUCache<string, V> {
    // What is over stays until its place is needed, so that only a change changes the size.
    const cache = new LRUCache<string, V>({ maxSize: this.most, sizeCalculation: this.sizeOf, noDeleteOnStaleGet: true });
    this.byDatabase.set(database, cache);
    return cache;
  }

  private shrink(): void {
    const [database, largest] = [...this.byDatabase].reduce((one, other) => (other[1].calculatedSize > one[1].calculatedSize ? other : one));
    this.change(database, largest, () => largest.pop());
  }

  private change(database: string, cache: LRUCache<string, V>, change: () => unknown): void {
    const before = cache.calculatedSize;
    change();
    this.size += cache.calculatedSize - before;
    if (cache.size === 0) this.byDatabase.delete(database);
  }
}
