import { request } from 'node:http';
import { json } from 'node:stream/consumers';

import { TenantAdminService } from '../src/admin/index.js';
import { startApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { dropAll } from './support/tenants.js';
import { Placeholders } from './wire/placeholders.js';
import { RECORDING } from './wire/recording.js';
import type { WireCase } from './wire/wire-case.js';

const EVENTS = RECORDING.flatMap(({ broadcasts }) => broadcasts.map(({ event }) => event));
const WITHIN = { within: 20_000 };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

// A body beside a GET is what fetch does not send, and old callers do.
async function send(base: string, { method, path, headers = {}, body, form }: WireCase): Promise<Answer> {
  const { hostname, port, pathname } = new URL(base);
  const text = form ?? (body === undefined ? '' : JSON.stringify(body));
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const sent = { ...headers, ...(text === '' ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) }) };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path: `${pathname}${path}`, headers: sent }, (response) => {
      json(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    call.on('error', reject);
    call.end(text);
  });
}

describe.each(['/t/ace', '//t/ace/'])('The recorded calls, replayed in their order at the base %s', (base) => {
  const placeholders = new Placeholders();
  let service: TestApp;
  let listeners: Listener[];

  beforeAll(async () => {
    service = await startApp();
    await service.app.get(TenantAdminService).put('ace', { names: ['ace'], auth: { http: 'open', sockets: 'open' } });
    const options = { events: EVENTS };
    listeners = await Promise.all([Listener.open(`${service.url}${base}`, options), Listener.open(`${service.url}${base}`, { ...options, release: '2.5.0' })]);
  });
  afterAll(async () => {
    for (const listener of listeners) listener.close();
    await dropAll(service);
    await service.close();
  });

  it.each(RECORDING.map((recorded) => [recorded.name, recorded] as const))('%s', async (_name, recorded) => {
    const answer = await send(`${service.url}${base}`, placeholders.fill(recorded));
    const expected = placeholders.expected({ status: recorded.status, body: recorded.answer }, answer);
    expect(answer).toStrictEqual(expected);
    // What a call tells nobody would be heard with the next one that tells something.
    for (const { heard } of listeners) {
      await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(recorded.broadcasts.length), WITHIN);
      expect(heard).toStrictEqual(placeholders.expected(recorded.broadcasts, heard));
      heard.length = 0;
    }
  });
});
