import { request } from 'node:http';
import { json } from 'node:stream/consumers';

import { TenantAdminService } from '../src/admin/index.js';
import { startApp, type TestApp } from './support/app.js';
import { dropAll } from './support/tenants.js';
import { Placeholders } from './wire/placeholders.js';
import { RECORDING } from './wire/recording.js';
import type { WireCase } from './wire/wire-case.js';

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

  beforeAll(async () => {
    service = await startApp();
    await service.app.get(TenantAdminService).put('ace', { names: ['ace'], auth: { http: 'open', sockets: 'open' } });
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  it.each(RECORDING.map((recorded) => [recorded.name, recorded] as const))('%s', async (_name, recorded) => {
    const answer = await send(`${service.url}${base}`, placeholders.fill(recorded));
    const expected = placeholders.expected({ status: recorded.status, body: recorded.answer }, answer);
    expect(answer).toStrictEqual(expected);
  });
});
