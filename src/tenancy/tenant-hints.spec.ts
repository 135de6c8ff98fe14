import { ValidationFailedError } from '../common/index.js';
import { toHostName, toTenantHints, type HintSource } from './tenant-hints.js';

const NOTHING: HintSource = { path: null, body: {}, query: {}, client: null, host: null, credential: null };
const hintsOf = (source: Partial<HintSource>) => toTenantHints({ ...NOTHING, ...source });

describe('toTenantHints', () => {
  it('finds no hint in a request that gives none', () => {
    expect(hintsOf({})).toEqual({ strong: { path: null, names: [], key: null }, weak: { client: null, hosts: [] } });
  });

  it('takes the path prefix, agent_db and db_name for strong hints', () => {
    expect(hintsOf({ path: 'ace', body: { agent_db: 'ace_agents', db_name: 'ace_orders' } }).strong).toEqual({
      path: 'ace',
      names: ['ace_agents', 'ace_orders'],
      key: null,
    });
  });

  it('reads agent_db and db_name in the body and in the query', () => {
    const { names } = hintsOf({ body: { agent_db: 'a', db_name: 'b' }, query: { agent_db: 'c', db_name: 'd' } }).strong;
    expect([...names].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes the client header, sub_domain and the host for weak hints, in this order', () => {
    expect(hintsOf({ client: 'ace', body: { sub_domain: 'panel.ace.example' }, host: 'chat.ace.example' }).weak).toEqual({
      client: 'ace',
      hosts: ['panel.ace.example', 'chat.ace.example'],
    });
    expect(hintsOf({ query: { sub_domain: 'panel.ace.example' }, host: 'chat.ace.example' }).weak.hosts).toEqual(['panel.ace.example', 'chat.ace.example']);
  });

  it('takes sub_domain and host as the directory writes them', () => {
    const { hosts } = hintsOf({ body: { sub_domain: 'Panel.ACE.example:443' }, host: 'CHAT.ace.example:8080' }).weak;
    expect(hosts).toEqual(['panel.ace.example', 'chat.ace.example']);
  });

  it('takes names as they are written: case and spaces count', () => {
    expect(hintsOf({ body: { agent_db: ' Ace ' }, client: 'ACE' })).toMatchObject({ strong: { names: [' Ace '] }, weak: { client: 'ACE' } });
  });

  it('takes an empty value, null and an absent one for no hint', () => {
    const source = { path: '', body: { agent_db: '', db_name: null, sub_domain: '' }, query: { agent_db: undefined, db_name: '' }, client: '', host: '' };
    expect(hintsOf(source)).toEqual({ strong: { path: null, names: [], key: null }, weak: { client: null, hosts: [] } });
  });

  it('reads numbers and booleans as text', () => {
    expect(hintsOf({ body: { agent_db: 42, db_name: 0 }, query: { db_name: true } }).strong.names).toEqual(['42', '0', 'true']);
  });

  it.each([['agent_db'], ['db_name'], ['sub_domain']])('refuses a %s that is an object or a list, and names it', (field) => {
    for (const value of [{}, [], ['ace'], { $ne: null }, { toString: 'ace' }]) {
      expect(() => hintsOf({ body: { [field]: value } })).toThrow(ValidationFailedError);
      expect(() => hintsOf({ query: { [field]: value } })).toThrow(field);
    }
  });

  it.each([['agent_db'], ['db_name'], ['sub_domain']])('refuses a %s of over 200 characters, and names it', (field) => {
    expect(() => hintsOf({ body: { [field]: 'x'.repeat(201) } })).toThrow(ValidationFailedError);
    expect(() => hintsOf({ query: { [field]: 'x'.repeat(201) } })).toThrow(field);
    expect(() => hintsOf({ body: { [field]: 'x'.repeat(200) } })).not.toThrow();
  });

  it.each([[null], [undefined], ['agent_db=ace'], [['agent_db']], [42]])('finds nothing in a body or query that is %j', (value) => {
    expect(hintsOf({ body: value, query: value }).strong.names).toEqual([]);
  });

  it('reads only what the request itself says', () => {
    const inherited: unknown = Object.create({ agent_db: 'ace', sub_domain: 'chat.ace.example' });
    expect(hintsOf({ body: inherited })).toEqual({ strong: { path: null, names: [], key: null }, weak: { client: null, hosts: [] } });
  });

  it('reads the query of Express, an object without a prototype', () => {
    const query: unknown = Object.assign(Object.create(null) as object, { db_name: 'ace' });
    expect(hintsOf({ query }).strong.names).toEqual(['ace']);
  });

  it('takes the tenant that an API key names, and nothing else that a credential says', () => {
    const key = `anteroom_key_ace-2_0123456789ab_${'c'.repeat(48)}`;
    expect(hintsOf({ credential: key }).strong.key).toBe('ace-2');
    const token = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"tenant":"ace","db_name":"ace"}').toString('base64url')}.x`;
    for (const other of [key.slice(0, -1), `${key}0`, key.toUpperCase(), ` ${key}`, `anteroom_key_ACE_0123456789ab_${'c'.repeat(48)}`, token, 'ace', '']) {
      expect(hintsOf({ credential: other }).strong.key).toBeNull();
    }
  });

  it('takes neither client_id nor a name in another place for a hint', () => {
    expect(hintsOf({ body: { client_id: 1, agentDb: 'ace', AGENT_DB: 'ace', client: 'ace', room: { agent_db: 'ace' } } })).toEqual({
      strong: { path: null, names: [], key: null },
      weak: { client: null, hosts: [] },
    });
  });
});

describe('toHostName', () => {
  it.each([
    ['chat.ace.example', 'chat.ace.example'],
    ['CHAT.Ace.Example', 'chat.ace.example'],
    ['chat.ace.example:3000', 'chat.ace.example'],
    ['chat.ace.example.', 'chat.ace.example'],
    ['chat.ace.example.:3000', 'chat.ace.example'],
    [' chat.ace.example ', 'chat.ace.example'],
    ['192.168.101.88:80', '192.168.101.88'],
    ['localhost:3000', 'localhost'],
    ['', ''],
  ])('writes %p as %p', (host, name) => {
    expect(toHostName(host)).toBe(name);
  });
});
