import { DEFAULT_LIMITS, DEFAULT_SETTINGS, type Tenant } from '../tenancy/index.js';
import type { PutTenantDto } from './dto/put-tenant.dto.js';
import { applyChange } from './tenant-change.js';

const DAWN = new Date('2024-01-01T00:00:00.000Z');
const ACE: Tenant = {
  key: 'ace',
  names: ['ace_agents', 'ace_orders'],
  sub_domains: ['chat.ace.example'],
  auth: { http: 'open', sockets: 'open' },
  open_from: ['10.0.0.0/8'],
  status: 'suspended',
  cluster: 'north',
  database: 'anteroom_ace_0123456789ab',
  database_user: true,
  limits: DEFAULT_LIMITS,
  settings: { ...DEFAULT_SETTINGS, default_image: 'https://images.example.com/ace.png' },
  keys: [],
  index_versions: { rooms: 1, messages: 1 },
  created_date: DAWN,
  updated_date: DAWN,
};

/** What is left of the tenant when the date of the change is taken off. */
function changed(change: PutTenantDto, current: Tenant | null = ACE): Omit<Tenant, 'updated_date'> {
  return undated(applyChange('ace', current, change));
}

function undated({ updated_date, ...rest }: Tenant): Omit<Tenant, 'updated_date'> {
  expect(updated_date).toBeInstanceOf(Date);
  return rest;
}

const SAME = undated(ACE);

describe('applyChange', () => {
  it('makes a new tenant that admits nobody by mistake', () => {
    const { database, created_date, ...made } = changed({}, null);
    expect(made).toEqual({
      key: 'ace',
      names: [],
      sub_domains: [],
      auth: { http: 'required', sockets: 'required' },
      open_from: [],
      status: 'active',
      cluster: 'default',
      database_user: false,
      limits: DEFAULT_LIMITS,
      settings: DEFAULT_SETTINGS,
      keys: [],
      index_versions: {},
    });
    expect(database).toMatch(/^anteroom_ace_[0-9a-f]{12}$/);
    expect(created_date.getTime()).toBeGreaterThan(DAWN.getTime());
  });

  it('dates a new tenant and its first change alike', () => {
    const made = applyChange('ace', null, {});
    expect(made.updated_date).toEqual(made.created_date);
  });

  it('gives each new tenant a database of its own, also one of the same key', () => {
    const databases = Array.from({ length: 100 }, () => applyChange('ace', null, {}).database);
    expect(new Set(databases).size).toBe(100);
  });

  it('keeps the database of the longest key within the 63 bytes of MongoDB', () => {
    const { database } = applyChange('a'.repeat(40), null, {});
    expect(database).toMatch(/^anteroom_a{40}_[0-9a-f]+$/);
    expect(Buffer.byteLength(database)).toBeLessThanOrEqual(63);
  });

  it('changes nothing but the date where the change says nothing', () => {
    expect(changed({})).toEqual(SAME);
    expect(applyChange('ace', ACE, {}).updated_date.getTime()).toBeGreaterThan(DAWN.getTime());
  });

  it('takes undefined, as a DTO has it for an absent field, for absent', () => {
    const absent = { names: undefined, sub_domains: undefined, auth: undefined, open_from: undefined, status: undefined, cluster: undefined, settings: undefined };
    expect(changed(absent as unknown as PutTenantDto)).toEqual(SAME);
    expect(changed({ auth: { http: undefined }, settings: { default_image: undefined } } as unknown as PutTenantDto)).toEqual(SAME);
  });

  it.each<[keyof PutTenantDto, PutTenantDto, Partial<Tenant>]>([
    ['names', { names: ['ace'] }, { names: ['ace'] }],
    ['sub_domains', { sub_domains: [] }, { sub_domains: [] }],
    ['auth', { auth: { http: 'required', sockets: 'required' } }, { auth: { http: 'required', sockets: 'required' } }],
    ['open_from', { open_from: ['::1'] }, { open_from: ['::1'] }],
    ['status', { status: 'active' }, { status: 'active' }],
    ['database_user', { database_user: false }, { database_user: false }],
    ['settings', { settings: { default_image: 'x' } }, { settings: { ...DEFAULT_SETTINGS, default_image: 'x' } }],
  ])('changes %s and nothing beside it', (_field, change, expected) => {
    expect(changed(change)).toEqual({ ...SAME, ...expected });
  });

  it.each<[string, PutTenantDto, Partial<Tenant>]>([
    ['names', { names: null }, { names: [] }],
    ['sub_domains', { sub_domains: null }, { sub_domains: [] }],
    ['auth', { auth: null }, { auth: { http: 'required', sockets: 'required' } }],
    ['open_from', { open_from: null }, { open_from: [] }],
    ['status', { status: null }, { status: 'active' }],
    ['cluster', { cluster: null }, { cluster: 'default', index_versions: {} }],
    ['database_user', { database_user: null }, { database_user: false }],
    ['settings', { settings: null }, { settings: DEFAULT_SETTINGS }],
    ['a single setting', { settings: { default_image: null } }, { settings: DEFAULT_SETTINGS }],
  ])('resets %s by null and nothing beside it', (_field, change, expected) => {
    expect(changed(change)).toEqual({ ...SAME, ...expected });
  });

  it('replaces the settings of tokens as a whole, and takes them away by null', () => {
    const [first, second] = ['a', 'b'].map((letter) => ({ secret: letter.repeat(32) }));
    const current = applyChange('ace', ACE, { settings: { jwt: { ...first, issuer: 'https://login.example.com' } } });
    expect(changed({ settings: { jwt: second ?? null } }, current).settings).toEqual({ ...ACE.settings, jwt: { ...current.settings.jwt, ...second, issuer: null } });
    expect(changed({ settings: { escape_html: true } }, current).settings).toEqual({ ...current.settings, escape_html: true });
    expect(changed({ settings: { jwt: null } }, current).settings).toEqual(ACE.settings);
  });

  it('changes one half of auth and leaves the other', () => {
    expect(changed({ auth: { http: 'required' } }).auth).toEqual({ http: 'required', sockets: 'open' });
    expect(changed({ auth: { sockets: 'required' } }).auth).toEqual({ http: 'open', sockets: 'required' });
    expect(changed({ auth: { http: null } as unknown as PutTenantDto['auth'] & object }).auth).toEqual({ http: 'required', sockets: 'open' });
    expect(changed({ auth: {} }).auth).toEqual({ http: 'open', sockets: 'open' });
  });

  it('forgets on another cluster which indexes there are, and keeps it on the same one', () => {
    expect(changed({ cluster: 'south' })).toEqual({ ...SAME, cluster: 'south', index_versions: {} });
    expect(changed({ cluster: 'north' })).toEqual(SAME);
  });

  it('leaves the tenant that it was given as it was', () => {
    const before = structuredClone(ACE);
    applyChange('ace', ACE, { names: null, auth: { http: 'required' }, settings: { default_image: 'x' }, cluster: 'south' });
    expect(ACE).toEqual(before);
  });
});
