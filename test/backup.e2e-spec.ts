import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { TenantAdminService } from '../src/admin/index.js';
import { TenantModels } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { commandLine } from './support/command-line.js';
import { dropAll, newTenant } from './support/tenants.js';
import { hasMongoTools, itWithMongoTools } from './support/where-mongo-tools.js';

import.meta.jest.setTimeout(180_000);

const run = promisify(execFile);
const uri = process.env.MONGODB_URI ?? '';

let service: TestApp;
let folder: string;

if (!hasMongoTools) process.stderr.write('No mongodump and mongorestore on the PATH: the test of backup and restore is skipped.\n');

// Where all tests are skipped, none of this runs.
beforeAll(async () => {
  service = await startApp();
  folder = await mkdtemp(join(tmpdir(), 'anteroom-backup-'));
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

const archive = (name: string): string => `--archive=${join(folder, name)}.archive`;

describe('docs/backup.md', () => {
  itWithMongoTools('brings a deployment back that was removed, and puts right what its dump has of two moments', async () => {
    const tenant = await newTenant(service);
    const { _id } = await aRoom(service, tenant);
    await aMessage(service, tenant, _id, { message: 'before' });
    const control = service.config.mongo.controlDatabase;
    await run('mongodump', ['--quiet', '--uri', uri, '--db', tenant.database, '--collection', 'rooms', '--gzip', archive('rooms')]);
    await aMessage(service, tenant, _id, { message: 'while it was dumped' });
    await run('mongodump', ['--quiet', '--uri', uri, '--db', tenant.database, '--collection', 'messages', '--gzip', archive('messages')]);
    await run('mongodump', ['--quiet', '--uri', uri, '--db', control, '--collection', 'tenants', '--query', `{"_id":"${tenant.key}"}`, '--gzip', archive('tenant')]);
    const history = await new Calls(service, tenant).history(_id);

    await service.app.get(TenantAdminService).remove(tenant.key, { dropDatabase: true });
    for (const part of ['rooms', 'messages', 'tenant']) await run('mongorestore', ['--quiet', '--uri', uri, '--gzip', archive(part)]);
    for (const command of [['put', tenant.key], ['upgrade', tenant.key], ['check', tenant.key, '--repair']]) {
      expect(await commandLine(['tenant', ...command], { CONTROL_DATABASE: control })).toMatchObject({ code: 0 });
    }

    const calls = new Calls(service, tenant);
    expect(await calls.history(_id)).toEqual(history);
    const { body } = await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user' }).expect(200);
    expect(body.roomData).toMatchObject([{ _id: _id.toHexString(), chat_Data: [{ message: 'while it was dumped' }] }]);
    expect((await calls.send(_id).expect(200)).body.chatData.seq).toBe(3);
    expect(await service.app.get(TenantModels).hasData(tenant)).toBe(true);
  });
});
