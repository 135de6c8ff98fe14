import type { Masking } from '../tenancy/index.js';
import { maskPerson, toMask } from './masking.js';

const POLICY: Masking = { agent: { user: ['phone_num'], '*': ['email'] }, user: { agent: ['email', 'phone_num'] } };
const PERSON = { user_type: 'user', phone_num: '+1 555 012 3456', email: 'jane.doe@example.com', username: 'Jane' };

describe('maskPerson', () => {
  it('masks by the viewer and the kind of the person seen', () => {
    expect(maskPerson(PERSON, toMask(POLICY, 'agent'))).toEqual({ ...PERSON, phone_num: '+* *** *** **56', email: 'j***@example.com' });
    expect(maskPerson({ ...PERSON, user_type: 'vendor' }, toMask(POLICY, 'agent'))).toEqual({ ...PERSON, user_type: 'vendor', email: 'j***@example.com' });
    expect(maskPerson(PERSON, toMask(POLICY, 'user'))).toEqual(PERSON);
    expect(maskPerson({ ...PERSON, user_type: 'agent' }, toMask(POLICY, 'user')).phone_num).toBe('+* *** *** **56');
  });

  it('shows everything where nothing is said of the viewer, and where there is no policy', () => {
    for (const mask of [toMask(POLICY, 'admin'), toMask(POLICY, 'service'), toMask(null, 'agent'), toMask(null, 'anonymous')]) expect(maskPerson(PERSON, mask)).toEqual(PERSON);
  });

  it('hides from who has no credential whatever is hidden from anybody', () => {
    const mask = toMask(POLICY, 'anonymous');
    for (const kind of ['user', 'agent']) expect(maskPerson({ ...PERSON, user_type: kind }, mask)).toMatchObject({ phone_num: '+* *** *** **56', email: 'j***@example.com' });
    expect(maskPerson({ ...PERSON, user_type: 'vendor' }, mask)).toMatchObject({ phone_num: PERSON.phone_num, email: 'j***@example.com' });
  });

  it('leaves what is not there, null, empty and without digits as it is', () => {
    const mask = toMask({ agent: { '*': ['phone_num', 'email'] } }, 'agent');
    expect(maskPerson({ user_type: 'user' }, mask)).toEqual({ user_type: 'user' });
    expect(maskPerson({ user_type: 'user', phone_num: null, email: '' }, mask)).toEqual({ user_type: 'user', phone_num: null, email: '' });
    expect(maskPerson({ user_type: 'user', phone_num: 'N/A', email: 'undefined' }, mask)).toEqual({ user_type: 'user', phone_num: 'N/A', email: '***' });
    expect(maskPerson({ user_type: 'user', phone_num: '+null 0000000000', email: '@x' }, mask)).toEqual({ user_type: 'user', phone_num: '+null ********00', email: '***' });
  });

  it('masks of who is of no known kind whatever is masked of any, and takes kinds as they are written', () => {
    for (const kind of ['constructor', '__proto__', 'customer', '']) expect(maskPerson({ ...PERSON, user_type: kind }, toMask(POLICY, 'agent'))).toMatchObject({ phone_num: '+* *** *** **56', email: 'j***@example.com' });
    expect(maskPerson({ ...PERSON, user_type: 'User' }, toMask(POLICY, 'agent')).phone_num).toBe('+* *** *** **56');
  });

  it('masks the digits of every script', () => {
    expect(maskPerson({ user_type: 'user', phone_num: '٠٥٥٥١٢٣٤٥٦' }, toMask(POLICY, 'agent')).phone_num).toBe('********٥٦');
  });
});
