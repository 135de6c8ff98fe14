import { once } from 'node:events';

import request from 'supertest';
import { WebSocket } from 'ws';

import { TenantAdminService } from '../src/admin/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const HOST = 'chat.acme.example';

let service: TestApp;
let tenant: Tenant;
let room: Room;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service, { sub_domains: [HOST] });
  room = await aRoom(service, tenant);
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** A websocket of engine.io that says and hears frames as they are. */
class RawSocket {
  readonly frames: string[] = [];
  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.push(data.toString()));
    socket.on('error', () => undefined);
  }

  static async open(version: 3 | 4, headers: Record<string, string> = {}): Promise<RawSocket> {
    const raw = new RawSocket(new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=${version}&transport=websocket`, { headers }));
    await once(raw.socket, 'open');
    await raw.heard(/^0/);
    return raw;
  }

  send(...frames: string[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  async heard(form: RegExp): Promise<void> {
    await eventually(() => expect(this.frames.some((frame) => form.test(frame))).toBe(true), WITHIN);
  }

  count(form: RegExp): number {
    return this.frames.filter((frame) => form.test(frame)).length;
  }
}

const dropped = async (reason: string): Promise<number> => {
  const { text } = await request(service.url).get('/metrics');
  return Number(new RegExp(`^anteroom_socket_events_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};
const location = (fields: object): string => `42/t/${tenant.key},${JSON.stringify(['save-user-location', { agent_id: 1, order_id: 1, lat: '1', lng: '1', ...fields }])}`;

describe('A connection that asks for a namespace again and again', () => {
  it.each([4, 3] as const)('of engine.io %i is in it once, and hears each message once', async (version) => {
    const raw = await RawSocket.open(version);
    raw.send(...Array.from({ length: 40 }, () => `40/t/${tenant.key},`));
    await raw.heard(new RegExp(`^40/t/${tenant.key},`));
    const witness = await Listener.open(`${service.url}/t/${tenant.key}`);
    await aMessage(service, tenant, room._id, { message: `once ${version}` });
    await eventually(() => expect(witness.texts()).toHaveLength(1), WITHIN);
    await raw.heard(/new-app-message/);
    expect([raw.count(/"new-message"/), raw.count(/"new-app-message"/)]).toEqual([1, 1]);
    witness.close();
    raw.socket.close();
  });

  it.each([3, 4] as const)('of engine.io %i is in it once whatever it writes for it, and leaves nobody behind', async (version) => {
    const sockets = async (): Promise<number> => Number(/^anteroom_sockets (\d+)$/m.exec((await request(service.url).get('/metrics')).text)?.[1]);
    await eventually(async () => expect(await sockets()).toBe(0), WITHIN);
    const raw = await RawSocket.open(version);
    const forms = ['#0', '#1', '/.', '/x/..', '\t', '%20/..', '/x/%2e%2e', '/%2E', '?a#b', ';x'].map((end) => `40/t/${tenant.key}${end},`);
    raw.send(...forms, `40/t\\${tenant.key},`, `40/./t/${tenant.key},`, `40/x/../t/${tenant.key},`, `40/t/${tenant.key},`, `40/t/${tenant.key},`);
    await raw.heard(new RegExp(`^40/(\\./)?t/${tenant.key}`));
    expect(await sockets()).toBe(1);
    raw.socket.close();
    await eventually(async () => expect(await sockets()).toBe(0), WITHIN);
  });

  it('may leave it and come again', async () => {
    const raw = await RawSocket.open(4);
    const name = `/t/${tenant.key},`;
    for (let times = 1; times <= 3; times++) {
      raw.send(`40${name}`);
      await eventually(() => expect(raw.count(new RegExp(`^40${name}`))).toBe(times), WITHIN);
      raw.send(`41${name}`);
      // Clients do not come again in the same breath.
      await dropped('too_many');
    }
    raw.send(`40${name}`);
    await eventually(() => expect(raw.count(new RegExp(`^40${name}`))).toBe(4), WITHIN);
    await aMessage(service, tenant, room._id, { message: 'once more' });
    await raw.heard(/new-app-message/);
    expect(raw.count(/"new-message"/)).toBe(1);
    raw.socket.close();
  });
});

describe('A payload that costs more to read than to send', () => {
  it.each([
    ['a list of objects for a text', `[${'{},'.repeat(30_000)}{}]`],
    ['nested forty thousand deep', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
  ])('is refused unread: %s', async (_, lat) => {
    const raw = await RawSocket.open(4);
    raw.send(`40/t/${tenant.key},`);
    await raw.heard(/^40/);
    const before = await dropped('invalid');
    raw.send(...Array.from({ length: 20 }, () => location({ lat: 'LAT' }).replace('"LAT"', lat)));
    await eventually(async () => expect(await dropped('invalid')).toBe(before + 20), WITHIN);
    expect(service.log.filter(({ msg }) => String(msg).includes('could not be taken'))).toEqual([]);
    raw.socket.close();
  });

  it('is refused in a call too', async () => {
    const post = (body: object): request.Test => request(service.url).post(`/t/${tenant.key}/api/agent/saveAgentLocation`).send(body);
    const { body } = await post({ agent_id: 1, order_id: 1, lng: '1', lat: Array.from({ length: 30_000 }, () => ({})) }).expect(400);
    expect(body).toMatchObject({ error: 'VALIDATION_FAILED', message: expect.stringContaining('10000 values') });
  });
});

describe('A connection that sends without end', () => {
  it.each([
    ['heartbeats of engine.io 3', 3, (raw: RawSocket) => raw.send(...Array.from({ length: 2_000 }, () => '2'))],
    ['events', 4, (raw: RawSocket) => raw.send(...Array.from({ length: 2_000 }, () => location({})))],
    ['requests for namespaces', 4, (raw: RawSocket) => raw.send(...Array.from({ length: 2_000 }, (_, at) => `40/t/nobody-${at},`))],
    ['pings of the websocket', 4, (raw: RawSocket) => Array.from({ length: 2_000 }, () => raw.socket.ping('x'.repeat(100)))],
  ] as const)('is closed: %s', async (_, version, flood) => {
    const raw = await RawSocket.open(version);
    raw.send(`40/t/${tenant.key},`);
    await raw.heard(/^40\/t/);
    const closed = once(raw.socket, 'close');
    const before = await dropped('too_many');
    flood(raw);
    await closed;
    expect((await dropped('too_many')) - before).toBeGreaterThan(500);
  });
});

describe('A client that does not read', () => {
  it('is given up when too much waits for it', async () => {
    const session = `${service.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(session)).text()).slice(1)) as { sid: string };
    await fetch(`${session}&sid=${sid}`, { method: 'POST', body: `40/t/${tenant.key},` });
    const before = await dropped('not_read');
    await eventually(async () => {
      await aMessage(service, tenant, room._id, { message: 'x'.repeat(10_000) });
      expect(await dropped('not_read')).toBeGreaterThan(before);
    }, { within: 50_000 });
    const gone = await fetch(`${session}&sid=${sid}`);
    expect([gone.status, (await gone.text()).length < 3_000_000]).toEqual([expect.any(Number), true]);
  });

  it('does not keep a service from stopping', async () => {
    const stopping = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const socket = new WebSocket(`${stopping.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await once(socket, 'open');
    socket.pause();
    await stopping.close();
    socket.terminate();
  });
});

describe('A socket whose deployment is suspended', () => {
  it('hears nothing of what comes after, though it polls and does not ask at that moment', async () => {
    const suspended = await newTenant(service);
    const its = await aRoom(service, suspended);
    const session = `${service.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(session)).text()).slice(1)) as { sid: string };
    await fetch(`${session}&sid=${sid}`, { method: 'POST', body: `40/t/${suspended.key},` });
    expect(await (await fetch(`${session}&sid=${sid}`)).text()).toMatch(/^40/);
    await service.app.get(TenantAdminService).put(suspended.key, { status: 'suspended' });
    await aMessage(service, suspended, its._id, { message: 'secret' });
    const witness = await Listener.open(`${service.url}/t/${tenant.key}`);
    await aMessage(service, tenant, room._id, { message: 'later' });
    await eventually(() => expect(witness.texts()).toEqual(['later']), WITHIN);
    expect(await (await fetch(`${session}&sid=${sid}`)).text()).not.toContain('secret');
    witness.close();
  });

  it('writes nothing any more, though it has gone on to another deployment', async () => {
    const suspended = await newTenant(service, { sub_domains: ['gone.example'] });
    const raw = await RawSocket.open(3, { host: 'gone.example' });
    raw.send(`40/t/${tenant.key},`);
    await raw.heard(new RegExp(`^40/t/${tenant.key}`));
    await service.app.get(TenantAdminService).put(suspended.key, { status: 'suspended' });
    const before = await dropped('refused');
    raw.send('42["save-user-location",{"agent_id":1,"order_id":1,"lat":"1","lng":"1"}]');
    await eventually(async () => expect(await dropped('refused')).toBe(before + 1), WITHIN);
    await service.app.get(TenantAdminService).put(suspended.key, { status: 'active' });
    await request(service.url).get(`/t/${suspended.key}/api/agent/getAgentLocation`).query({ agent_id: 1, order_id: 1 }).expect(404);
    raw.socket.close();
  });
});
