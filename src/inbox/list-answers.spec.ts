import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { readConfig } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import type { Tenant } from '../tenancy/index.js';
import { ListAnswers } from './list-answers.js';

const ace = { database: 'ace' } as Tenant;
const beta = { database: 'beta' } as Tenant;
const config = readConfig({ ROOM_CACHE: '1mb' });
const answers = (): ListAnswers => new ListAnswers(new Metrics(config), config);
const find = (all: ListAnswers, tenant: Tenant, name: string, etag: string): Buffer | null => all.find(tenant, name, { etag, rooms: 1 });
const kept = (etag: string, length = 10): { etag: string; bytes: Buffer } => ({ etag, bytes: Buffer.concat([Buffer.alloc(length, etag)]) });

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('ListAnswers', () => {
  it('finds an answer by its name and ETag, for its tenant only', () => {
    const all = answers();
    all.keep(ace, 'list', kept('1'));
    expect(find(all, ace, 'list', '1')).toEqual(kept('1').bytes);
    expect([find(all, ace, 'list', '2'), find(all, ace, 'other', '1'), find(all, beta, 'list', '1')]).toEqual([null, null, null]);
  });

  it('keeps the newest answer of a name', () => {
    const all = answers();
    for (const etag of ['1', '2']) all.keep(ace, 'list', kept(etag));
    expect([find(all, ace, 'list', '1'), find(all, ace, 'list', '2')]).toEqual([null, kept('2').bytes]);
  });

  it('keeps no answer of more than a sixteenth of its quarter of the memory', () => {
    const all = answers();
    const most = 1_048_576 / 4 / 16;
    all.keep(ace, 'large', kept('1', most + 1));
    all.keep(ace, 'largest', kept('1', most));
    expect([find(all, ace, 'large', '1'), find(all, ace, 'largest', '1')?.length]).toEqual([null, most]);
  });

  it('holds no more memory than it counts, of lists with long names and few bytes', () => {
    const all = answers();
    const before = heapUsed();
    for (let at = 0; at < 300; at++) all.keep(ace, `${at} ${'a shop, '.repeat(10_000)}`.toUpperCase(), kept('1'));
    expect(heapUsed() - before).toBeLessThan(1_048_576);
    expect(find(all, ace, `299 ${'A SHOP, '.repeat(10_000)}`, '1')?.buffer.byteLength).toBe(10);
  });

  it('gives up old ones when there is no more memory', () => {
    const all = answers();
    for (let at = 0; at < 100; at++) all.keep(ace, `list ${at}`, kept('1', 10_000));
    const left = Array.from({ length: 100 }, (_, at) => at).filter((at) => find(all, ace, `list ${at}`, '1') !== null);
    expect(left.length).toBe(Math.floor(1_048_576 / 4 / 10_640));
    expect(left.at(-1)).toBe(99);
  });
});
