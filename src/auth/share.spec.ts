import type { Request } from 'express';

import type { Tenant } from '../tenancy/index.js';
import { ANONYMOUS, toPerson, type Caller } from './caller.js';
import { toShare, toSocketPart, type Share } from './share.js';

const TENANT = { open_from: ['10.0.0.0/8'] } as unknown as Tenant;
const KEY: Caller = { role: 'service', subject: null, vendorIds: [], credential: 'key:0123456789ab', expires: null };
const shareOf = (caller: Caller, address: string, { headers = {}, percent = 20 } = {}): Share | null => {
  const request = { headers, socket: { remoteAddress: address }, app: { get: () => () => false } } as unknown as Request;
  return toShare(TENANT, caller, request, percent);
};
const whoOf = (caller: Caller, address: string, headers: object = {}): string | undefined => shareOf(caller, address, { headers })?.who;

describe('toShare', () => {
  it('is a person’s own, from wherever they call', () => {
    expect([whoOf(toPerson('agent', '141'), '10.0.0.1'), whoOf(toPerson('agent', '141'), '192.0.2.1')]).toEqual(['agent:141', 'agent:141']);
    expect(whoOf(toPerson('user', '141'), '192.0.2.1')).toBe('user:141');
  });

  it.each(['service', 'reader'] as const)('is most of it for a key of the role %s, from wherever it calls, and all where callers have all', (role) => {
    const key = { ...KEY, role };
    expect([shareOf(key, '192.0.2.1'), shareOf(key, '10.0.0.1')]).toEqual([1, 2].map(() => ({ who: 'key:0123456789ab', percent: 80 })));
    expect(shareOf(key, '192.0.2.1', { percent: 100 })).toEqual({ who: 'key:0123456789ab', percent: 100 });
  });

  it('is none for a backend', () => {
    expect([whoOf(ANONYMOUS, '10.0.0.1'), whoOf(ANONYMOUS, '::ffff:10.0.0.1')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['1::2:3:4:5:6:7', '1:0:2:3'],
  ])('of the address %s is that of its network', (address, network) => {
    expect(whoOf(ANONYMOUS, address)).toBe(`network ${network}`);
  });

  it('is one for all behind a proxy that is not trusted', () => {
    expect(whoOf(ANONYMOUS, '192.0.2.1', { via: '1.1 proxy' })).toBe('proxy 192.0.2.1');
  });
});

describe('toSocketPart', () => {
  const mostOf = (caller: Caller, all: number): number | undefined => {
    const request = { headers: {}, socket: { remoteAddress: '192.0.2.1' } } as unknown as Request;
    return toSocketPart(TENANT, caller, request, all)?.most;
  };

  it.each([
    [10_000, 200],
    [251, 6],
    [20, 5],
    [10, 4],
    [1, 1],
  ])('of %i sockets is %i for a person', (all, most) => {
    expect(mostOf(toPerson('agent', '141'), all)).toBe(most);
  });

  it('is more for an address, and most for a key', () => {
    expect([mostOf(ANONYMOUS, 10_000), mostOf(KEY, 10_000)]).toEqual([4_000, 8_000]);
  });
});
