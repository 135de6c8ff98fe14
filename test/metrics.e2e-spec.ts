import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { load } from 'js-yaml';

import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { scrape, valueOf, type Series } from './support/scrape.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string; readonly summary: string };
}

const WITHIN = { within: 15_000 };
const LIST = '/api/room/fetchRoomByUserAgent';
const AGENT = { agent_id: 141, type: 'agent_to_user' };

let service: TestApp;
let tenant: Tenant;
let calls: Calls;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

describe('Calls', () => {
  it('are counted by route, status and whose they are, with their time', async () => {
    const before = await scrape(service);
    const room = await aRoom(service, tenant);
    await calls.send(room._id).expect(200);
    await calls.post(LIST, AGENT).expect(200);
    await calls.post(LIST, AGENT).expect(200);
    await calls.get(`/api/room/${String(newId())}`).expect(404);
    await fetch(`${service.url}/t/nobody${LIST}`, { method: 'POST' });
    await fetch(`${service.url}/admin/tenants`);
    await fetch(`${service.url}/nowhere`);
    const risenBy = await risesFrom(before);

    await eventually(async () => {
      const requests = async (labels: Record<string, string>): Promise<number> => risenBy('anteroom_http_requests_total', labels);
      expect(await requests({ method: 'POST', route: LIST, status: '200', tenant: 'known' })).toBe(2);
      expect(await requests({ method: 'GET', route: '/api/room/:id', status: '404', tenant: 'known' })).toBe(1);
      expect(await requests({ method: 'POST', route: LIST, status: '404', tenant: 'unknown' })).toBe(1);
      expect(await requests({ method: 'GET', route: '/admin/tenants', status: '401', tenant: 'operator' })).toBe(1);
      expect(await requests({ method: 'GET', route: 'none', status: '404', tenant: 'unknown' })).toBe(1);
      expect(await risenBy('anteroom_http_request_duration_seconds_count', { method: 'POST', route: LIST })).toBe(3);
    }, WITHIN);
    expect(await risenBy('anteroom_errors_total', { code: 'TENANT_UNKNOWN' })).toBe(1);
    expect([await risenBy('anteroom_room_cards_misses_total'), await risenBy('anteroom_room_cards_hits_total')]).toEqual([1, 1]);
    expect(await risenBy('anteroom_database_work_seconds_count', { cluster: 'default', work: 'transaction' })).toBeGreaterThanOrEqual(1);
    expect(await risenBy('anteroom_database_work_seconds_count', { cluster: 'default', work: 'rooms' })).toBeGreaterThanOrEqual(2);
    expect(valueOf(await scrape(service), 'anteroom_room_cards_bytes')).toBeGreaterThan(0);
  });

  it('that are over a limit are counted by the limit', async () => {
    const limited = new Calls(service, await newTenant(service, { limits: { calls_per_second: 1 } }));
    const before = await scrape(service);
    const risenBy = await risesFrom(before);
    // A busy machine may need so long for them that they are not too many.
    await eventually(async () => {
      await Promise.all(Array.from({ length: 20 }, () => limited.post(LIST, AGENT)));
      expect(await risenBy('anteroom_rate_limited_total', { limit: 'calls_per_second' })).toBeGreaterThan(0);
    }, WITHIN);
    expect(await risenBy('anteroom_rate_limited_total', { limit: 'calls_per_second' })).toBe(await risenBy('anteroom_errors_total', { code: 'TOO_MANY_REQUESTS' }));
  });

  it('make no series more, whatever is in them, and nothing of theirs is in a label', async () => {
    await strange('zebra');
    const once = await settledNames();
    await strange('walrus');
    await strange('ocelot');
    expect(await settledNames()).toEqual(once);
    expect(once.filter((name) => /zebra|walrus|ocelot/.test(name))).toEqual([]);
    expect(once.length).toBeLessThan(1_000);
  });
});

describe('Sockets', () => {
  it('are counted by transport and protocol, and those that are refused by the reason', async () => {
    const before = await scrape(service);
    const open = [
      await Listener.open(`${service.url}/t/${tenant.key}`),
      await Listener.open(`${service.url}/t/${tenant.key}`, { release: '2.5.0' }),
      await Listener.open(`${service.url}/t/${tenant.key}`, { transports: ['polling'] }),
    ];
    const guarded = await newTenant(service, { auth: { http: 'required', sockets: 'required' } });
    await expect(Listener.open(`${service.url}/t/${guarded.key}`)).rejects.toThrow();
    const risenBy = await risesFrom(before);
    const connections = (transport: string, protocol: string): Promise<number> => risenBy('anteroom_connections', { transport, protocol });
    expect(await risenBy('anteroom_sockets')).toBe(3);
    expect([await connections('polling', '4'), await connections('websocket', '3'), await connections('polling', '3')]).toEqual([1, 1, 0]);
    expect(await risenBy('anteroom_sockets_refused_total', { code: 'CREDENTIAL_REFUSED' })).toBe(1);
    for (const one of open) one.close();
    await eventually(async () => expect(await risenBy('anteroom_sockets')).toBe(0), WITHIN);
  });
});

describe('A database that is away', () => {
  it('is seen, and so is its coming back', async () => {
    const { hostname, port } = new URL(process.env.MONGODB_URI!);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const behind = await startApp({ MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`, DATABASE_TIMEOUT_MS: '500' });
    const states = async (): Promise<number[]> => {
      const all = await scrape(behind);
      return [valueOf(all, 'anteroom_ready'), valueOf(all, 'anteroom_database_primary', { cluster: 'default' })];
    };
    await eventually(async () => expect(await states()).toEqual([1, 1]), WITHIN);
    expect(valueOf(await scrape(behind), 'anteroom_database_connections')).toBeGreaterThan(0);

    proxy.refuse();
    await eventually(async () => expect(await states()).toEqual([0, 0]), WITHIN);
    // A shorter fault the driver mends by itself.
    await eventually(() => expect(behind.log).toContainEqual(expect.objectContaining({ msg: 'the change stream is broken; resuming it' })), WITHIN);
    proxy.pass();
    await eventually(async () => expect(await states()).toEqual([1, 1]), WITHIN);
    await eventually(async () => expect(valueOf(await scrape(behind), 'anteroom_change_stream_resumed_total')).toBeGreaterThan(0), WITHIN);
    const all = await scrape(behind);
    expect([valueOf(all, 'anteroom_database_pool_waiting'), valueOf(all, 'anteroom_change_stream_lost_total')]).toEqual([0, 0]);
    expect(valueOf(all, 'anteroom_change_stream_silent_seconds')).toBeLessThan(10);

    await behind.close();
    await proxy.close();
  });
});

describe('What is built on the metrics', () => {
  let all: Series[];
  beforeAll(async () => {
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`);
    await calls.send((await aRoom(service, tenant))._id).expect(200);
    await eventually(() => expect(listener.texts()).toHaveLength(1), WITHIN);
    listener.close();
    await calls.post(LIST, {}).expect(400);
    await calls.post(LIST, AGENT).expect(200);
    all = await scrape(service);
  });

  const dashboard = JSON.parse(read('deploy/grafana/anteroom.json')) as { panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[] };
  const panels = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const));
  const { groups } = load(read('deploy/alerts.yaml')) as { groups: { rules: Alert[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert, expr, annotations: { runbook, summary } }) => [alert, expr, runbook, summary] as const));

  it.each(panels)('the panel %s asks for what there is: %s', (_title, expr, legend) => {
    expect(unknownIn(expr, all)).toEqual([]);
    const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    expect(labels.filter((label) => !OF_PROMETHEUS.has(label) && !expr.includes(label) && !isLabelOf(expr, label, all))).toEqual([]);
  });

  it.each(alerts)('the alert %s asks for what there is: %s', (_name, expr, _runbook, summary) => {
    expect(unknownIn(expr, all)).toEqual([]);
    const labels = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
    expect(labels.filter((label) => !isLabelOf(expr, label, all))).toEqual([]);
  });

  it('has a page for each alert, and no other', () => {
    const pages = readdirSync(fileURLToPath(new URL('../docs/runbooks', import.meta.url))).map((name) => `docs/runbooks/${name}`);
    expect(alerts.map(([, , runbook]) => runbook).sort()).toEqual(pages.sort());
    for (const [name, , runbook] of alerts) {
      expect(existsSync(fileURLToPath(new URL(`../${runbook}`, import.meta.url)))).toBe(true);
      for (const part of [name, '## What it means', '## What to look at', '## What to do', '## When it is over']) expect(read(runbook)).toContain(part);
    }
  });

  it('has a line in docs/observing.md, and nothing else has', () => {
    const described = new Set([...read('docs/observing.md').matchAll(/`(anteroom_\w+)/g)].map(([, name]) => name));
    expect([...described].sort()).toEqual([...new Set(all.map(({ name }) => toMetric(name)).filter((name) => name.startsWith('anteroom_')))].sort());
  });
});

/** Calls, messages and sockets of every kind that callers can make up, all with this word in them. */
async function strange(word: string): Promise<void> {
  const room = await aRoom(service, tenant, { room_name: word });
  const target = await newTenant(service, { names: [word] });
  const paths = [`/${word}`, `/api/${word}`, `/api/room/${word}`, `/api/room/${String(room._id)}`, `/t/${word}${LIST}`, `/docs/${word}`, `/health/${word}`, `/admin/tenants/${word}`, `/socket.io/${word}`, `/api/chat/${word}?${word}=1`];
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'PROPFIND', 'PURGE', 'HEAD']) {
      const init = { method, headers: { client: word, authorization: word, traceparent: word, 'x-request-id': word, 'x-forwarded-for': word, 'user-agent': word, 'content-type': `application/${word}` } };
      await fetch(`${service.url}${path}`, init).then((answer) => answer.arrayBuffer());
    }
  }
  const known = new Calls(service, target);
  await known.post(LIST, { agent_id: word, type: 'agent_to_user', agent_db: word, cursor: word });
  await known.post(LIST, { agent_id: word, type: word });
  await known.send(newId(), { message: word });
  await calls.post('/api/agent/saveAgentLocation', { agent_id: word, order_id: word, lat: '1', lng: '1' });
  const listener = await Listener.open(`${service.url}/t/${target.key}`, { auth: { token: word } });
  listener.socket.emit(word, word);
  listener.socket.emit('save-user-location', { agent_id: word });
  await eventually(async () => expect(valueOf(await scrape(service), 'anteroom_socket_events_dropped_total', { reason: 'invalid' })).toBeGreaterThan(0), WITHIN);
  listener.close();
}

/** The series of the service's own, once all that was called is counted. */
async function settledNames(): Promise<string[]> {
  await eventually(async () => expect(valueOf(await scrape(service), 'anteroom_sockets')).toBe(0), WITHIN);
  const all = (await scrape(service)).filter(({ name }) => name.startsWith('anteroom_'));
  return all.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`).sort();
}

async function risesFrom(before: readonly Series[]) {
  return async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> => valueOf(await scrape(service), name, labels) - valueOf(before, name, labels);
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

// What Prometheus adds to each series, and the one series that it makes itself.
const OF_PROMETHEUS = new Set(['job', 'instance', 'le']);
const UP = 'up';
const WORDS = new Set(['and', 'or', 'unless', 'by', 'without']);

/** Names and labels of an expression that no series of a scrape has. */
function unknownIn(expr: string, all: readonly Series[]): string[] {
  const names = new Set([UP, ...all.map(({ name }) => name)]);
  const bare = expr.replace(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without) \([^)]*\)|"[^"]*"/g, '');
  const asked = [...bare.matchAll(/[a-z_]\w*(?!\w*\s*\()/gi)].map(([name]) => name).filter((name) => !WORDS.has(name));
  const labels = [...expr.matchAll(/([a-z_]\w*)\{([^}]*)\}/gi)].flatMap(([, name, matchers]) => [...matchers!.matchAll(/(\w+)[=!]/g)].map(([, label]) => [name!, label!] as const));
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(',').map((label) => label.trim()));
  return [
    ...asked.filter((name) => !names.has(name)),
    ...labels.filter(([name, label]) => name !== UP && !OF_PROMETHEUS.has(label) && !all.some((series) => series.name === name && label in series.labels)).map(([name, label]) => `${name}{${label}}`),
    ...grouped.filter((label) => !OF_PROMETHEUS.has(label) && !isLabelOf(expr, label, all)),
  ];
}

function isLabelOf(expr: string, label: string, all: readonly Series[]): boolean {
  return all.some(({ name, labels }) => expr.includes(name) && label in labels);
}

function toMetric(series: string): string {
  return series.replace(/_seconds_(bucket|sum|count)$/, '_seconds');
}
