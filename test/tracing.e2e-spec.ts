import request from 'supertest';

import { Clusters } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 5_000 };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

let service: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const linesOf = (fields: object): Promise<Record<string, unknown>[]> =>
  eventually(() => {
    const lines = service.log.filter((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
    expect(lines).not.toEqual([]);
    return lines;
  }, WITHIN);

describe('A call with a traceparent', () => {
  it('is logged with its trace, and answered with its id as ever', async () => {
    const { headers } = await new Calls(service, tenant).get('/api/room/1').set('traceparent', TRACEPARENT).set('x-request-id', 'of-a-trace');
    expect(headers).toMatchObject({ 'x-request-id': 'of-a-trace' });
    expect(headers).not.toHaveProperty('traceparent');
    expect(await linesOf({ request_id: 'of-a-trace' })).toEqual([expect.objectContaining({ msg: 'request', trace_id: TRACE })]);
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${TRACEPARENT}, ${TRACEPARENT}`])('that is none (%s) begins a trace, which its answer tells', async (traceparent) => {
    const { headers } = await request(service.url).get('/nowhere').set('traceparent', traceparent);
    const id = headers['x-request-id']!;
    expect(await linesOf({ request_id: id })).toEqual([expect.objectContaining({ trace_id: id.replaceAll('-', '') })]);
  });

  it('that fails has its trace at the error too', async () => {
    const room = await aRoom(service, tenant);
    const broken = service.app.get(Clusters).default as unknown as { run: () => Promise<never> };
    const { run } = broken;
    broken.run = async () => Promise.reject(new Error('broken on purpose'));
    await new Calls(service, tenant).get(`/api/room/${String(room._id)}`).set('traceparent', TRACEPARENT).set('x-request-id', 'fails').expect(500);
    broken.run = run;
    const lines = await eventually(async () => {
      const found = await linesOf({ request_id: 'fails' });
      expect(found).toHaveLength(2);
      return found;
    }, WITHIN);
    expect(lines).toEqual([
      expect.objectContaining({ code: 'INTERNAL_ERROR', trace_id: TRACE, err: expect.objectContaining({ message: 'broken on purpose' }) }),
      expect.objectContaining({ msg: 'request', status: 500, trace_id: TRACE }),
    ]);
  });
});

describe('A socket with a traceparent in its handshake', () => {
  const traceOf = (digit: string): string => digit.repeat(32);
  const headersOf = (digit: string) => ({ traceparent: `00-${traceOf(digit)}-00f067aa0ba902b7-00` });

  it('is logged with its trace when it is let in', async () => {
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`, { headers: headersOf('a') });
    expect(await linesOf({ trace_id: traceOf('a') })).toEqual([expect.objectContaining({ msg: 'a socket was let in', tenant: tenant.key, role: 'anonymous', level: 20 })]);
    listener.close();
  });

  it('is logged with its trace and the reason when it is refused', async () => {
    const guarded = await newTenant(service, { auth: { http: 'required', sockets: 'required' } });
    await expect(Listener.open(`${service.url}/t/${guarded.key}`, { headers: headersOf('b') })).rejects.toThrow();
    expect(await linesOf({ trace_id: traceOf('b') })).toEqual([expect.objectContaining({ msg: 'a socket was refused', code: 'CREDENTIAL_REFUSED', namespace: `/t/${guarded.key}`, level: 30 })]);
  });
});
