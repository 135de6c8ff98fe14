import mongoose from 'mongoose';
import request from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { newId } from '../src/mongo/index.js';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, TenantDirectory, type Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { commandLine, type Ended } from './support/command-line.js';
import { eventually } from './support/eventually.js';
import { dropAll } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const LIST = '/api/room/fetchRoomByUserAgent';
const SEEN = { within: 5_000 };
const DONE = 0;
const REFUSED = 1;
const WRONG_USAGE = 2;
const NOT_REACHABLE = 3;

/** A tenant as the command line answers it. */
type Answered = Readonly<Record<'key' | 'database' | 'updated_date', string>>;

let service: TestApp;
let client: mongoose.mongo.MongoClient;
let made = 0;

beforeAll(async () => {
  // The interval that a service has unless told otherwise.
  service = await startApp({ DIRECTORY_REFRESH_MS: undefined, CONTROL_DATABASE: `test_control_${newId().toHexString()}` });
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});

afterAll(async () => {
  const other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
  await service.close();
  await dropAll(other);
  await Promise.all([other.close(), client.close()]);
});

/** A key that no other test has. */
function newKey(): string {
  return `shop-${++made}`;
}

/** Runs the command line on this file's control database. */
const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  commandLine(args, { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });

const tenant = (...args: string[]): Promise<Ended> => run(['tenant', ...args]);

/** What the command prints with `--json`: its whole standard output is one JSON text, and nothing is said beside it. */
async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await tenant(...args, '--json');
  expect([code, stderr]).toEqual([DONE, '']);
  return JSON.parse(stdout);
}

const put = async (...args: string[]): Promise<Answered> => (await json('put', ...args)) as Answered;
/** The tenant as it is stored, asked of the running service. */
const get = (key: string): Promise<Tenant> => service.app.get(TenantAdminService).get(key);

const list = (hint: object): request.Test => request(service.url).post(LIST).send({ agent_id: '141', type: 'agent_to_user', ...hint });
const serviceSees = (hint: object, outcome: string): Promise<void> =>
  eventually(async () => {
    const { body } = await list(hint);
    expect(body.error ?? 'admitted').toBe(outcome);
  }, SEEN);

/** A tenant with a room, made by the command and known to the running service. */
async function aTenantWithRoom(): Promise<Tenant> {
  const key = newKey();
  await put(key, '--name', key, '--auth', 'open');
  await serviceSees({ agent_db: key }, 'admitted');
  const found = service.app.get(TenantDirectory).findByKey(key)!;
  await aRoom(service, found);
  return found;
}

async function databases(): Promise<string[]> {
  return (await client.db('admin').admin().listDatabases({ nameOnly: true })).databases.map(({ name }) => name);
}

describe('tenant put', () => {
  it('makes a tenant that admits nobody yet', async () => {
    const key = newKey();
    expect(await put(key)).toEqual({
      key,
      names: [],
      sub_domains: [],
      auth: { http: 'required', sockets: 'required' },
      open_from: [],
      status: 'active',
      cluster: 'default',
      database_user: false,
      database: expect.stringMatching(new RegExp(`^anteroom_${key}_[0-9a-f]{12}$`)),
      limits: DEFAULT_LIMITS,
      settings: DEFAULT_SETTINGS,
      created_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('takes every option, repeated ones as a list', async () => {
    const names = ['--name', 'cli_agents', '--name=cli_Orders'];
    const subDomains = ['--sub-domain', 'a.cli.example', '--sub-domain', 'b.cli.example'];
    const openFrom = ['--open-from', '10.0.0.0/8', '--open-from', '::1'];
    const key = newKey();
    const expected = {
      names: ['cli_agents', 'cli_Orders'],
      sub_domains: ['a.cli.example', 'b.cli.example'],
      open_from: ['10.0.0.0/8', '::1'],
      auth: { http: 'open', sockets: 'open' },
      cluster: 'default',
    };
    expect(await put(key, ...names, ...subDomains, ...openFrom, '--auth', 'open', '--cluster', 'default')).toMatchObject(expected);
    expect(await get(key)).toMatchObject(expected);
    expect(await put(key, '--auth', 'required')).toMatchObject({ ...expected, auth: { http: 'required', sockets: 'required' } });
  });

  it('puts a tenant on the further cluster that it names', async () => {
    const key = newKey();
    const further = { MONGODB_CLUSTERS: `second=${process.env.MONGODB_URI ?? ''}` };
    const { code, stdout } = await run(['tenant', 'put', key, '--cluster', 'second', '--json'], further);
    expect([code, JSON.parse(stdout).cluster]).toEqual([DONE, 'second']);
    await service.app.get(TenantAdminService).remove(key, { dropDatabase: false });
  });

  it('changes what the options say and leaves the rest', async () => {
    const key = newKey();
    const before = await put(key, '--name', `${key}_a`, '--sub-domain', `${key}.example`, '--auth', 'open', '--open-from', '::1');
    const after = await put(key, '--name', `${key}_b`);
    expect(after).toEqual({ ...before, names: [`${key}_b`], updated_date: after.updated_date });
  });

  it('is seen by a running service within five seconds', async () => {
    const key = newKey();
    expect((await list({ agent_db: key })).body.error).toBe('TENANT_UNKNOWN');
    await put(key, '--name', key);
    await serviceSees({ agent_db: key }, 'CREDENTIAL_REFUSED');
    await put(key, '--open-from', '127.0.0.1');
    await serviceSees({ agent_db: key }, 'admitted');
  });

  it('says what it made in lines a person reads', async () => {
    const key = newKey();
    const { code, stdout, stderr } = await tenant('put', key, '--name', key);
    expect([code, stderr]).toEqual([DONE, '']);
    expect(stdout).toMatch(new RegExp(`^key +${key}\nnames +${key}\n`));
    expect(() => JSON.parse(stdout)).toThrow(SyntaxError);
  });
});

describe('tenant list and show', () => {
  it('answer the same tenant, in JSON', async () => {
    const keys = [newKey(), newKey()];
    const shown = await Promise.all(keys.map((key) => put(key)));
    const all = (await json('list')) as Answered[];
    expect(all.filter(({ key }) => keys.includes(key))).toEqual(shown);
    expect(await json('show', keys[0]!)).toEqual(shown[0]);
  });

  it('answer an empty list where there is no tenant', async () => {
    const { code, stdout } = await run(['tenant', 'list', '--json'], { CONTROL_DATABASE: `test_control_${newId().toHexString()}` });
    expect([code, JSON.parse(stdout)]).toEqual([DONE, []]);
  });

  it('print a table and lines for people', async () => {
    const key = newKey();
    const { database } = await put(key, '--name', `${key}_a`, '--name', `${key}_b`);
    const { stdout: table } = await tenant('list');
    expect(table).toMatch(/^KEY +STATUS +AUTH +NAMES +DATABASE\n/);
    expect(table).toMatch(new RegExp(`^${key} +active +required +${key}_a, ${key}_b +${database}$`, 'm'));
    expect((await tenant('show', key)).stdout).toMatch(new RegExp(`^database +${database}$`, 'm'));
  });
});

describe('tenant suspend and resume', () => {
  it('refuse and admit its calls on a running service within five seconds', async () => {
    const { key } = await aTenantWithRoom();
    expect(await json('suspend', key)).toMatchObject({ key, status: 'suspended' });
    await serviceSees({ agent_db: key }, 'TENANT_SUSPENDED');
    expect(await json('resume', key)).toMatchObject({ key, status: 'active' });
    await serviceSees({ agent_db: key }, 'admitted');
  });

  it('may be said twice', async () => {
    const key = newKey();
    await service.app.get(TenantAdminService).put(key, { status: 'suspended' });
    expect(await json('suspend', key)).toMatchObject({ status: 'suspended' });
  });
});

describe('tenant remove', () => {
  it('needs --yes, and removes nothing without it', async () => {
    const { key, database } = await aTenantWithRoom();
    for (const options of [[], ['--drop-database']]) {
      const { code, stdout, stderr } = await tenant('remove', key, ...options);
      expect([code, stdout]).toEqual([WRONG_USAGE, '']);
      expect(stderr).toContain('--yes');
    }
    expect(await get(key)).toMatchObject({ key });
    expect(await databases()).toContain(database);
  });

  it('takes the tenant out of a running service and keeps its database', async () => {
    const { key, database } = await aTenantWithRoom();
    expect(await json('remove', key, '--yes')).toEqual({ key, database, dropped: false });
    await serviceSees({ agent_db: key }, 'TENANT_UNKNOWN');
    expect(await databases()).toContain(database);
    await client.db(database).dropDatabase();
  });

  it('drops the database by the explicit word', async () => {
    const { key, database } = await aTenantWithRoom();
    expect(await json('remove', key, '--yes', '--drop-database')).toEqual({ key, database, dropped: true });
    expect(await databases()).not.toContain(database);
  });
});

describe('The exit code', () => {
  it.each([['show', 'nobody'], ['suspend', 'nobody'], ['resume', 'nobody'], ['remove', 'nobody', '--yes']])('of %s %s is 1 where there is no such tenant, and none comes into being', async (...args) => {
    const { code, stdout, stderr } = await tenant(...args, '--json');
    expect([code, stdout, stderr]).toEqual([REFUSED, '', 'There is no tenant of that key.\n']);
    await expect(get('nobody')).rejects.toThrow('There is no tenant of that key.');
  });

  it('of a name that another tenant has is 1', async () => {
    const [owner, other] = [newKey(), newKey()];
    await service.app.get(TenantAdminService).put(owner, { names: ['cli_taken'] });
    const { code, stdout, stderr } = await tenant('put', other, '--name', 'cli_taken', '--json');
    expect([code, stdout, stderr]).toEqual([REFUSED, '', 'One of names belongs to another deployment already.\n']);
  });

  it.each<[string, string[], RegExp]>([
    ['no such command', ['tenants'], /unknown command/],
    ['no tenant command', ['tenant'], /Usage/],
    ['no such tenant command', ['tenant', 'make', 'x'], /unknown command/],
    ['no key', ['tenant', 'put'], /key/],
    ['a key too many', ['tenant', 'show', 'a', 'b'], /too many arguments/],
    ['an unknown option', ['tenant', 'put', 'x', '--nmae', 'a'], /--nmae/],
    ['a word that --auth does not know', ['tenant', 'put', 'x', '--auth', 'closed'], /--auth.*open, required/],
    ['a bad key', ['tenant', 'put', 'Bad_Key'], /key/],
    ['a bad name', ['tenant', 'put', 'x', '--name', 'a b'], /names/],
    ['a bad sub-domain', ['tenant', 'put', 'x', '--sub-domain', '192.168.101.88'], /sub_domains/],
    ['a bad network', ['tenant', 'put', 'x', '--open-from', '10.0.0.0/99'], /open_from/],
    ['an unknown cluster', ['tenant', 'put', 'x', '--cluster', 'nowhere'], /cluster.*default/],
  ])('of %s is 2, and standard error says what is wrong', async (_fault, args, naming) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([WRONG_USAGE, '']);
    expect(stderr).toMatch(naming);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('of a wrong variable is 2, and names it', async () => {
    const { code, stdout, stderr } = await run(['tenant', 'list', '--json'], { CONTROL_DATABASE: 'not a name' });
    expect([code, stdout]).toEqual([WRONG_USAGE, '']);
    expect(stderr).toContain('CONTROL_DATABASE');
  });

  it.each([['list'], ['put', 'x'], ['remove', 'x', '--yes']])('of %s is 3 where the database is not reachable', async (...args) => {
    const { code, stdout, stderr } = await run(['tenant', ...args, '--json'], { MONGODB_URI: 'mongodb://127.0.0.1:9/?replicaSet=nowhere' });
    expect([code, stdout]).toEqual([NOT_REACHABLE, '']);
    expect(stderr).toBe('The database cannot be reached right now. Try again in a moment.\n');
  });

  it.each([[['tenant', '--help']]])('of %j is 0', async (args) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(DONE);
    expect(stdout).toContain('Usage');
  });
});
