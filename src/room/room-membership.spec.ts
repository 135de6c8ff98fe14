import { ANONYMOUS, NotAllowedError, toPerson, type Caller, type Role } from '../auth/index.js';
import { belongingsOf, checkIsAmong, checkMayMake, checkMayWrite, isOf, toMemberFilter, writableBy } from './room-membership.js';

const ROOM = { agent_id: '141', order_user_id: '1', vendor_id: '7', p2p_id: '70' };
const of = (role: Role): Caller => ({ ...ANONYMOUS, role });

describe('A room', () => {
  it.each<[Caller, boolean]>([
    [toPerson('agent', '141'), true],
    [toPerson('agent', '1'), false],
    [toPerson('agent', '141', { vendorIds: ['7'] }), true],
    [toPerson('agent', '9', { vendorIds: ['7', '70'] }), false],
    [toPerson('user', '1'), true],
    [toPerson('user', '141'), false],
    [toPerson('user', '9', { vendorIds: ['70'] }), true],
    [toPerson('user', '9', { vendorIds: ['7'] }), false],
    [toPerson('vendor', '9', { vendorIds: ['7'] }), true],
    [toPerson('vendor', '9', { vendorIds: ['70'] }), true],
    [toPerson('vendor', '7'), false],
    [toPerson('vendor', '1', { vendorIds: ['8'] }), false],
    [toPerson('admin', '5'), true],
    [of('service'), true],
    [of('reader'), true],
    [ANONYMOUS, true],
  ])('is that of %j: %s', (caller, expected) => {
    expect(isOf(caller, ROOM)).toBe(expected);
  });

  it('without an agent, customer and shop is of nobody who is one', () => {
    for (const role of ['agent', 'user', 'vendor'] as const) {
      for (const room of [{}, { agent_id: '', order_user_id: '', vendor_id: '', p2p_id: '' }]) expect(isOf(toPerson(role, '141', { vendorIds: ['7'] }), room)).toBe(false);
    }
  });

  it('is found by a filter of exactly what makes it theirs', () => {
    expect(toMemberFilter(belongingsOf(toPerson('user', '1', { vendorIds: ['70'] })))).toEqual({ $or: [{ order_user_id: { $in: ['1'] } }, { p2p_id: { $in: ['70'] } }] });
    expect(toMemberFilter(belongingsOf(of('service')))).toEqual({});
  });
});

describe('Writing', () => {
  it.each<[Caller, string]>([
    [toPerson('agent', '141'), 'user'],
    [toPerson('agent', '141'), 'admin'],
    [toPerson('user', '1'), 'agent'],
    [toPerson('user', '1'), 'vendor'],
    [toPerson('vendor', '9'), 'admin'],
    [toPerson('admin', '5'), 'vendor'],
    [toPerson('agent', '141'), 'constructor'],
    [toPerson('agent', '141'), '__proto__'],
    [of('reader'), 'agent'],
  ])('is refused to %j as %s', (caller, userType) => {
    expect(() => writableBy(caller, userType)).toThrow(NotAllowedError);
  });

  it('is open to services and who has no credential as anybody, to people as themselves in their rooms', () => {
    for (const caller of [ANONYMOUS, of('service')]) expect(writableBy(caller, 'anything')).toBeNull();
    expect(writableBy(toPerson('admin', '5'), 'admin')).toBeNull();
    expect(writableBy(toPerson('agent', '141'), 'agent')).toEqual([{ field: 'agent_id', values: ['141'] }]);
  });

  it('lets a shop be the user of its peer chats only', () => {
    const seller = toPerson('vendor', '9', { vendorIds: ['7'] });
    const among = writableBy(seller, 'user');
    expect(() => checkIsAmong(among, { vendor_id: '7' })).toThrow(NotAllowedError);
    expect(() => checkIsAmong(among, { p2p_id: '7' })).not.toThrow();
    expect(() => checkIsAmong(writableBy(seller, 'vendor'), { vendor_id: '7' })).not.toThrow();
    expect(() => checkIsAmong(writableBy(seller, 'vendor'), { vendor_id: '8', p2p_id: '7' })).toThrow(NotAllowedError);
  });

  it('is not for readers, and making rooms not for whose they are not', () => {
    expect(() => checkMayWrite(of('reader'))).toThrow(NotAllowedError);
    for (const caller of [of('reader'), toPerson('agent', '1'), toPerson('vendor', '7')]) expect(() => checkMayMake(caller, { room_name: 'r', ...ROOM })).toThrow(NotAllowedError);
    for (const caller of [ANONYMOUS, of('service'), toPerson('admin', '5'), toPerson('agent', '141'), toPerson('user', '1')]) {
      expect(() => checkMayMake(caller, { room_name: 'r', ...ROOM })).not.toThrow();
    }
  });
});
