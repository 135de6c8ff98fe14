import { userInfo } from 'node:os';

import request from 'supertest';

import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { commandLine, type Ended } from './support/command-line.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const DONE = 0;
const REFUSED = 1;
const WRONG_USAGE = 2;
const NOT_REACHABLE = 3;

let service: TestApp;
let tenant: string;

beforeAll(async () => {
  service = await startApp({ DIRECTORY_REFRESH_MS: undefined });
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(async () => {
  tenant = (await newTenant(service, { auth: { http: 'required', sockets: 'required' } })).key;
});

const key = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  commandLine(['tenant', 'key', ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });

/** What the command prints with `--json`: its whole standard output is one JSON text, and nothing is said beside it. */
async function json(...args: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await key([...args, '--json']);
  expect([code, stderr]).toEqual([DONE, '']);
  return JSON.parse(stdout) as Record<string, string>;
}

const answerTo = async (credential: string): Promise<number> =>
  (await request(service.url).post('/api/room/fetchRoomByUserAgent').set('Authorization', credential).send({ agent_id: 1, type: 'general' })).status;
const soon = (check: () => Promise<void>): Promise<void> => eventually(check, { within: 5_000 });

describe('tenant key', () => {
  it('makes a key that a running service takes within five seconds, lists it and revokes it', async () => {
    const made = await json('add', tenant, '--role', 'reader', '--expires', '2099-12-31', '--note', 'reports of 2026');
    expect(made).toEqual({ id: expect.any(String), key: expect.stringContaining(`anteroom_key_${tenant}_${made.id!}_`), role: 'reader', expires: '2099-12-31T00:00:00.000Z' });
    const listed = { id: made.id, role: 'reader', expires: '2099-12-31T00:00:00.000Z', note: 'reports of 2026', created_date: expect.any(String) };
    expect(await json('list', tenant)).toEqual([{ ...listed, last_used: null }]);
    await soon(async () => expect(await answerTo(made.key!)).toBe(200));
    expect(await json('revoke', tenant, made.id!)).toEqual(listed);
    await soon(async () => expect(await answerTo(made.key!)).toBe(403));
    expect(await json('list', tenant)).toEqual([]);
    const { body } = await request(service.url).get('/admin/audit').query({ tenant }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    const actor = { by: 'command line', from: userInfo().username };
    const changes = (body as { action: string }[]).filter(({ action }) => action !== 'calls refused');
    expect(changes).toMatchObject([{ actor, action: 'key revoked', key: made.id }, { actor, action: 'key made', key: made.id }, { action: 'tenant made' }]);
    expect(JSON.stringify(body)).not.toContain(made.key!.slice(-48));
  });

  it('prints lines and a table for people', async () => {
    const { stdout } = await key(['add', tenant, '--role', 'service']);
    expect(stdout).toMatch(new RegExp(`^id +[0-9a-f]{12}\nkey +anteroom_key_${tenant}_[0-9a-f]{12}_[0-9a-f]{48}\nrole +service\nexpires +–\n$`));
    const { stdout: table } = await key(['list', tenant]);
    expect(table).toMatch(/^ID +ROLE +EXPIRES +LAST USED +NOTE\n[0-9a-f]{12} +service +– +– +–\n$/);
    expect(table).not.toContain('anteroom_key_');
  });

  it.each<[number, string, string[], RegExp]>([
    [WRONG_USAGE, 'add without --role', ['add', 'x'], /--role/],
    [WRONG_USAGE, 'add with another role', ['add', 'x', '--role', 'admin'], /role/],
    [WRONG_USAGE, 'add with a date that is over', ['add', 'x', '--role', 'reader', '--expires', '2020-01-01'], /expires/],
    [WRONG_USAGE, 'add with a note of two lines', ['add', 'x', '--role', 'reader', '--note', 'a\nb'], /note/],
    [WRONG_USAGE, 'revoke without an id', ['revoke', 'x'], /id/],
    [WRONG_USAGE, 'no command', [], /add|list|revoke/],
    [REFUSED, 'add for a tenant that is none', ['add', 'nobody', '--role', 'reader'], /no tenant/],
    [REFUSED, 'list of a tenant that is none', ['list', 'nobody'], /no tenant/],
    [REFUSED, 'revoke of a tenant that is none', ['revoke', 'nobody', '0123456789ab'], /no tenant/],
  ])('ends with %i: %s', async (code, _what, args, naming) => {
    const ended = await key(args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(naming);
  });

  it('ends with 1 for a key that is none, and 3 while the database is away', async () => {
    expect(await key(['revoke', tenant, '0123456789ab'])).toMatchObject({ code: REFUSED, stdout: '', stderr: expect.stringContaining('no API key') });
    const away = await key(['list', tenant], { MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=rs0', DATABASE_TIMEOUT_MS: '300' });
    expect([away.code, away.stdout]).toEqual([NOT_REACHABLE, '']);
  });
});
