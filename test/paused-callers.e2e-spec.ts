import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import request from 'supertest';

import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const PAGE = 'https://panel.example';
const PATH = '/api/room/fetchRoomByUserAgent';
// Whoever read one of these as a body, or as a call, would answer 400 or 404.
const BODY = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';

let service: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service, { limits: { calls_per_second: 1 }, open_from: ['127.0.0.0/8'] });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** What is answered to a caller who has just made too many calls. */
async function whilePaused<T>(call: () => Promise<T>, check: (answer: T) => void): Promise<void> {
  const list = (): request.Test => new Calls(service, tenant).post(PATH, { agent_db: tenant.key, agent_id: '141', type: 'agent_to_user' });
  await eventually(async () => {
    await Promise.all(Array.from({ length: 10 }, list));
    check(await call());
  }, WITHIN);
}

/** A call whose body nobody can read, by a page. */
const broken = (key: string): request.Test => request(service.url).post(`/t/${key}${PATH}`).set('Origin', PAGE).set('x-request-id', 'mine').set('Content-Type', 'application/json').send('{');

/** All that one connection is answered. */
function answersTo(...calls: readonly (readonly string[])[]): Promise<string> {
  const connection = connect(Number(new URL(service.url).port), '127.0.0.1');
  connection.write(calls.map((lines) => lines.join('\r\n')).join(''));
  return text(connection);
}

describe('A call that is refused before it is read', () => {
  it('has every header that any other answer has, and those that say when to come again', async () => {
    const other = await newTenant(service, { open_from: ['127.0.0.0/8'] });
    const { headers: usual } = await broken(other.key).expect(400);
    const { date, 'content-length': length, vary, ...same } = usual;
    expect(same).toMatchObject({ 'access-control-allow-origin': PAGE, 'x-request-id': 'mine', 'x-content-type-options': 'nosniff', 'content-type': 'application/json; charset=utf-8' });
    await whilePaused(
      async () => broken(tenant.key).expect(429),
      ({ headers }) => {
        expect(headers).toMatchObject({ ...same, 'retry-after': '1', 'ratelimit-limit': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' });
        expect(headers.vary).toContain('Origin');
      },
    );
  });

  it('leaves preflights alone', () =>
    whilePaused(
      async () => Promise.all([broken(tenant.key).expect(429), request(service.url).options(`/t/${tenant.key}${PATH}`).set('Origin', PAGE).expect(204)]),
      ([, { headers }]) => expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE, 'access-control-max-age': '600' }),
    ));

  it.each([
    ['a body', [`content-length: ${BODY.length}`, '', BODY], [429, 200]],
    ['a body in pieces', ['transfer-encoding: chunked', '', BODY.length.toString(16), BODY, '0', '', ''], [429, 200]],
    ['a body that waits to be asked for', ['expect: 100-continue', `content-length: ${BODY.length}`, '', BODY], [100, 429, 200]],
  ])('with %s leaves its connection to the next one', (_what, rest, expected) =>
    whilePaused(
      () => answersTo([`POST /t/${tenant.key}${PATH} HTTP/1.1`, 'host: x', 'content-type: application/json', ...rest], ['GET /health/live HTTP/1.1', 'host: x', 'connection: close', '', '']),
      (answers) => expect([...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))).toEqual(expected),
    ));
});
