import type { Config } from './config.js';
import { ConfigError } from './config.errors.js';
import { readConfig, withMongoUri } from './read-config.js';

const URI = 'mongodb://db.example:27017/?replicaSet=rs0';

function faultOf(variables: Record<string, string | undefined>): string {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no fault';
}

describe('readConfig', () => {
  it('needs no variable at all: the embedded MongoDB, this machine only, with the demo', () => {
    const { mongo, ...rest } = readConfig({ HOME: '/home/dana', PATH: '/usr/bin' });
    expect(rest).toEqual({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      trustProxy: false,
      corsOrigins: null,
      adminToken: null,
      defaultTenant: null,
      demo: true,
      docs: true,
      limits: { body: '100kb', bodyBytes: 102_400, message: 10_000, participants: 200, tenantsInMemory: 500, cards: 268_435_456, unread: 536_870_912, unreadMs: 30_000, answerMs: 300_000, socketPayload: 102_400, socketEvents: 50 },
      fairness: { limitsRates: true, callsPerSecond: 5_000, sendsPerSecond: 500, callerShare: 20, concurrentDatabase: 25, sockets: 10_000, roomsAList: 20_000 },
      metricsToken: null,
      directoryRefreshMs: 1_000,
      retentionMs: 3_600_000,
      stopDelayMs: 0,
      log: { level: 'info', format: 'auto' },
    });
    expect(mongo).toMatchObject({ uri: null, clusters: {}, controlDatabase: 'anteroom', users: { secret: null, clients: 100 } });
    expect(mongo.embedded).toMatchObject({ binary: null, path: '/usr/bin', cache: '/home/dana/.cache/anteroom/mongod' });
    expect(mongo.embedded.dataPath).toMatch(/\/data\/mongo$/);
  });

  it('answers a database that is away within the 3 seconds that callers are promised', () => {
    expect(readConfig({}).mongo.timeoutMs).toBeLessThan(3_000);
  });

  it('serves every address, without the demo, on a MongoDB of its own', () => {
    expect(readConfig({ MONGODB_URI: URI })).toMatchObject({ host: '0.0.0.0', demo: false, docs: true, mongo: { uri: URI } });
  });

  it('shows no docs in production unless asked to', () => {
    expect(readConfig({ NODE_ENV: 'production', MONGODB_URI: URI })).toMatchObject({ production: true, docs: false, demo: false });
    expect(readConfig({ NODE_ENV: 'production', MONGODB_URI: URI, DOCS: 'on' }).docs).toBe(true);
  });

  it('waits for balancers before a stop in production only, unless told to', () => {
    expect(readConfig({ NODE_ENV: 'production', MONGODB_URI: URI }).stopDelayMs).toBe(2_000);
    expect(readConfig({ NODE_ENV: 'production', MONGODB_URI: URI, STOP_DELAY_SECONDS: '0' }).stopDelayMs).toBe(0);
  });

  it('does not start in production without MONGODB_URI, and names it', () => {
    expect(faultOf({ NODE_ENV: 'production' })).toMatch(/MONGODB_URI.*NODE_ENV=production/);
    expect(faultOf({ NODE_ENV: 'production', MONGODB_URI: '' })).toMatch(/MONGODB_URI/);
  });

  it('takes an empty variable for an absent one', () => {
    const names = ['PORT', 'HOST', 'MONGODB_CLUSTERS', 'ADMIN_TOKEN', 'DEFAULT_TENANT', 'DEMO', 'TRUST_PROXY', 'CORS_ORIGINS', 'BODY_LIMIT', 'LOG_LEVEL'];
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(readConfig({ ...empty, MONGODB_URI: URI })).toEqual(readConfig({ MONGODB_URI: URI }));
  });

  it.each<[string, Record<string, string>, (config: Config) => unknown, unknown]>([
    ['PORT', { PORT: '0' }, ({ port }) => port, 0],
    ['HOST', { HOST: '::1' }, ({ host }) => host, '::1'],
    ['CONTROL_DATABASE', { CONTROL_DATABASE: 'chat_directory-2' }, ({ mongo }) => mongo.controlDatabase, 'chat_directory-2'],
    ['MONGODB_URI with srv', { MONGODB_URI: 'mongodb+srv://db.example' }, ({ mongo }) => mongo.uri, 'mongodb+srv://db.example'],
    ['MONGOD_BINARY', { MONGOD_BINARY: '/opt/mongod' }, ({ mongo }) => mongo.embedded.binary, '/opt/mongod'],
    ['MONGO_DATA', { MONGO_DATA: '/var/lib/chat' }, ({ mongo }) => mongo.embedded.dataPath, '/var/lib/chat'],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/cache' }, ({ mongo }) => mongo.embedded.cache, '/cache/anteroom/mongod'],
    ['ADMIN_TOKEN', { ADMIN_TOKEN: '0123456789abcdef' }, ({ adminToken }) => adminToken, '0123456789abcdef'],
    ['DEFAULT_TENANT', { DEFAULT_TENANT: 'ace-2' }, ({ defaultTenant }) => defaultTenant, 'ace-2'],
    ['DEMO', { DEMO: 'off' }, ({ demo }) => demo, false],
    ['DEMO on a MongoDB of its own', { DEMO: 'on', MONGODB_URI: URI }, ({ demo }) => demo, true],
    ['DOCS', { DOCS: 'off' }, ({ docs }) => docs, false],
    ['TRUST_PROXY off', { TRUST_PROXY: 'off' }, ({ trustProxy }) => trustProxy, false],
    ['TRUST_PROXY as a number', { TRUST_PROXY: '2' }, ({ trustProxy }) => trustProxy, 2],
    ['TRUST_PROXY as a word', { TRUST_PROXY: 'loopback' }, ({ trustProxy }) => trustProxy, ['loopback']],
    ['TRUST_PROXY as networks', { TRUST_PROXY: '10.0.0.0/8, ::1' }, ({ trustProxy }) => trustProxy, ['10.0.0.0/8', '::1']],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example, https://b.example:8443' }, ({ corsOrigins }) => corsOrigins, ['https://a.example', 'https://b.example:8443']],
    ['BODY_LIMIT', { BODY_LIMIT: '1 mb' }, ({ limits }) => limits.body, '1mb'],
    ['MESSAGE_LIMIT', { MESSAGE_LIMIT: '20' }, ({ limits }) => limits.message, 20],
    ['PARTICIPANT_LIMIT', { PARTICIPANT_LIMIT: '1000' }, ({ limits }) => limits.participants, 1000],
    ['RATE_LIMIT', { RATE_LIMIT: 'off' }, ({ fairness }) => fairness.limitsRates, false],
    ['CALLS_PER_SECOND', { CALLS_PER_SECOND: '1' }, ({ fairness }) => fairness.callsPerSecond, 1],
    ['SENDS_PER_SECOND', { SENDS_PER_SECOND: '7' }, ({ fairness }) => fairness.sendsPerSecond, 7],
    ['CALLER_SHARE', { CALLER_SHARE: '100' }, ({ fairness }) => fairness.callerShare, 100],
    ['CONCURRENT_DATABASE', { CONCURRENT_DATABASE: '50' }, ({ fairness }) => fairness.concurrentDatabase, 50],
    ['SOCKETS', { SOCKETS: '2' }, ({ fairness }) => fairness.sockets, 2],
    ['ROOMS_A_LIST', { ROOMS_A_LIST: '500' }, ({ fairness }) => fairness.roomsAList, 500],
    ['TENANTS_IN_MEMORY', { TENANTS_IN_MEMORY: '1' }, ({ limits }) => limits.tenantsInMemory, 1],
    ['RETENTION_SECONDS', { RETENTION_SECONDS: '60' }, ({ retentionMs }) => retentionMs, 60_000],
    ['UNREAD_SECONDS', { UNREAD_SECONDS: '600' }, ({ limits }) => limits.unreadMs, 600_000],
    ['ANSWER_SECONDS', { ANSWER_SECONDS: '1' }, ({ limits }) => limits.answerMs, 1_000],
    ['STOP_DELAY_SECONDS', { STOP_DELAY_SECONDS: '5' }, ({ stopDelayMs }) => stopDelayMs, 5_000],
    ['DIRECTORY_REFRESH_MS', { DIRECTORY_REFRESH_MS: '20' }, ({ directoryRefreshMs }) => directoryRefreshMs, 20],
    ['DATABASE_TIMEOUT_MS', { DATABASE_TIMEOUT_MS: '2500' }, ({ mongo }) => mongo.timeoutMs, 2500],
    ['DATABASE_USER_SECRET', { DATABASE_USER_SECRET: 's'.repeat(32) }, ({ mongo }) => mongo.users.secret, 's'.repeat(32)],
    ['DATABASE_USER_CLIENTS', { DATABASE_USER_CLIENTS: '1' }, ({ mongo }) => mongo.users.clients, 1],
    ['LOG_LEVEL', { LOG_LEVEL: 'silent' }, ({ log }) => log.level, 'silent'],
    ['LOG_FORMAT', { LOG_FORMAT: 'json' }, ({ log }) => log.format, 'json'],
  ])('reads %s', (_name, variables, read, expected) => {
    expect(read(readConfig(variables))).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['NODE_ENV', ['prod', 'Production', 'staging']],
    ['PORT', ['-1', '65536', 'http', '3.5', '3000a', '0x10']],
    ['MONGODB_URI', ['localhost:27017', 'http://db.example', 'mongodb:/db.example', 'mongodb://', 'mongodb://db.example:port/']],
    ['MONGODB_CLUSTERS', ['north', 'north=', 'north=db.example', 'North=mongodb://n', '=mongodb://n', 'north=mongodb://n,south=db.example', 'default=mongodb://n', 'a=mongodb://n,a=mongodb://m']],
    ['CONTROL_DATABASE', ['a.b', '$x', 'a b', 'a/b', 'x'.repeat(64), 'admin', 'local', 'config']],
    ['DEFAULT_TENANT', ['Ace', 'a_b', 'a.b', 'x'.repeat(41)]],
    ['DEMO', ['yes', 'true', '1', 'ON']],
    ['TRUST_PROXY', ['10.0.0.0/8;::1', 'proxy_1', 'nginx', 'true', '10.0.0.0/33', '300.0.0.1', '-1', ',']],
    ['CORS_ORIGINS', ['panel.example', 'https://panel.example/path', 'https://a.example;https://b.example']],
    ['DOCS', ['yes', 'true', '1']],
    ['BODY_LIMIT', ['big', '1gb', '-1kb', '1,5mb']],
    ['MESSAGE_LIMIT', ['0', '-1', '1.5', '10k']],
    ['PARTICIPANT_LIMIT', ['0', '1001', 'many']],
    ['RATE_LIMIT', ['no', 'OFF', '0']],
    ['CALLS_PER_SECOND', ['0', '-1', '1.5', 'many', '1e3']],
    ['SENDS_PER_SECOND', ['0', 'off']],
    ['CALLER_SHARE', ['0', '101', '20%']],
    ['CONCURRENT_DATABASE', ['0']],
    ['SOCKETS', ['0', 'all']],
    ['ROOMS_A_LIST', ['0', '1.5']],
    ['TENANTS_IN_MEMORY', ['0', 'all']],
    ['UNREAD_SECONDS', ['0', '601']],
    ['ANSWER_SECONDS', ['0', '3601', '5m']],
    ['STOP_DELAY_SECONDS', ['-1', '6', '2s']],
    ['DIRECTORY_REFRESH_MS', ['0', '19', '4001', '1s']],
    ['DATABASE_TIMEOUT_MS', ['99', '2501', '2s']],
    ['DATABASE_USER_SECRET', ['s'.repeat(31), `${'s'.repeat(20)} ${'s'.repeat(20)}`]],
    ['DATABASE_USER_CLIENTS', ['0', 'all']],
    ['LOG_LEVEL', ['verbose', 'INFO']],
    ['LOG_FORMAT', ['text', 'JSON']],
  ])('stops at a wrong %s and names it', (name, values) => {
    const said = values.map((value) => [value, faultOf({ [name]: value })]);
    expect(said.filter(([, fault]) => !fault?.includes(name))).toEqual([]);
  });

  it('names every wrong variable at once, once each, and where to read about them', () => {
    const fault = faultOf({ PORT: '99999', DEMO: 'yes', LOG_LEVEL: 'loud', MONGODB_URI: 'nothing' });
    expect(fault.match(/PORT|DEMO|LOG_LEVEL|MONGODB_URI/g)?.sort()).toEqual(['DEMO', 'LOG_LEVEL', 'MONGODB_URI', 'PORT']);
    expect(fault).toContain('.env.example');
  });

  it('does not repeat a secret that is wrong', () => {
    expect(faultOf({ ADMIN_TOKEN: 'hunter2' })).not.toContain('hunter2');
    expect(faultOf({ DATABASE_USER_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(faultOf({ MONGODB_URI: 'mongo://user:hunter2@db.example' })).not.toContain('hunter2');
  });

  it('passes over variables that are not its own', () => {
    expect(readConfig({ EDITOR: 'vi', npm_config_cache: '/x' })).toEqual(readConfig({}));
  });

  it('reads clusters whose URIs list several hosts with commas', () => {
    const north = 'mongodb://n1.example:27017,n2.example:27017,n3.example/?replicaSet=north&authSource=admin';
    const south = 'mongodb+srv://user:p=w@south.example/?retryWrites=true';
    expect(readConfig({ MONGODB_CLUSTERS: `north=${north},south-2=${south}` }).mongo.clusters).toEqual({ north, 'south-2': south });
    expect(readConfig({ MONGODB_CLUSTERS: `north=${north}` }).mongo.clusters).toEqual({ north });
  });

  it('answers an object that cannot be changed, at any depth', () => {
    const config = readConfig({ MONGODB_CLUSTERS: 'north=mongodb://n', TRUST_PROXY: '::1', CORS_ORIGINS: 'https://a.example' });
    for (const part of [config, config.mongo, config.mongo.clusters, config.mongo.embedded, config.limits, config.fairness, config.log, config.trustProxy, config.corsOrigins]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(() => Object.assign(config.limits, { message: 1 })).toThrow(TypeError);
  });
});

describe('withMongoUri', () => {
  it('puts the running MongoDB in, changes nothing else and stays frozen', () => {
    const before = readConfig({});
    const after = withMongoUri(before, URI);
    expect(after).toEqual({ ...before, mongo: { ...before.mongo, uri: URI } });
    expect(before.mongo.uri).toBeNull();
    expect([after, after.mongo, after.limits].every(Object.isFrozen)).toBe(true);
  });
});
