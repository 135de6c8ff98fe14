import request from 'supertest';

import { startApp, type TestApp } from './support/app.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});

afterAll(() => service.close());

describe('The client script', () => {
  it.each(['/socket.io/socket.io.js', '/t/ace/socket.io/socket.io.js', '/t/ace//socket.io/socket.io.js', '//socket.io//socket.io.js', '/socket.io/socket.io.js?v=3'])(
    'is served at %s, to pages of any origin',
    async (path) => {
      const { status, headers, text } = await request(service.url).get(path).set('origin', 'https://panel.example');
      expect([status, headers['content-type'], headers['cross-origin-resource-policy']]).toEqual([200, 'text/javascript; charset=utf-8', 'cross-origin']);
      expect(headers['access-control-allow-origin']).toBe('https://panel.example');
      expect(text).toMatch(/^\/\*!\s+\* Socket\.IO v2\.5\.0/);
    },
  );

  it('is not sent again to whoever has it', async () => {
    const { headers } = await request(service.url).get('/socket.io/socket.io.js');
    await request(service.url).get('/socket.io/socket.io.js').set('if-none-match', headers.etag!).expect(304);
  });

  it.each(['/socket.io/', '/socket.io/package.json', '/socket.io/../package.json', '/socket.io/%2e%2e/package.json', '/t/ace/socket.io/', '/socket.io/none.js'])(
    'is the only kind of file there: %s is none',
    async (path) => {
      const { status, text } = await request(service.url).get(path);
      expect([400, 404]).toContain(status);
      expect(text).not.toMatch(/"version"|"main"/);
    },
  );
});

describe('The metrics', () => {
  it('are for everybody without METRICS_TOKEN, and for nobody in production', async () => {
    const production = await startApp({ NODE_ENV: 'production' });
    const { status, headers, text } = await request(service.url).get('/metrics');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect(text).toMatch(/^anteroom_sockets 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await request(production.url).get('/metrics')).body).toMatchObject({ statusCode: 404, error: 'ROUTE_NOT_FOUND' });
    await production.close();
  });

  it('are for the bearer of METRICS_TOKEN, in production too', async () => {
    const guarded = await startApp({ NODE_ENV: 'production', METRICS_TOKEN: 'a-metrics-token' });
    const get = (header: string): request.Test => request(guarded.url).get('/metrics').set('authorization', header);
    for (const header of ['', 'Bearer', 'Bearer another', 'a-metrics-token', 'Bearer a-metrics-token2']) {
      expect((await get(header)).body).toMatchObject({ status: false, statusCode: 401, error: 'UNAUTHORIZED' });
    }
    await get('Bearer a-metrics-token').expect(200);
    await guarded.close();
  });
});
