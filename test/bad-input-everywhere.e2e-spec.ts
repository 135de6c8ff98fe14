import { readFileSync } from 'node:fs';

import type { mongo } from 'mongoose';

import { Clusters } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { monitored, onCommand } from './support/explain.js';
import { fc } from './support/properties.js';
import { dropAll, newTenant } from './support/tenants.js';

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Documented {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object; readonly allOf?: readonly { readonly properties?: object }[] }>> };
}

const DOCUMENT = JSON.parse(readFileSync(new URL('../swagger/openapi.json', import.meta.url), 'utf8')) as Documented;
const ROUTES = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));
const OF_TENANTS = ROUTES.filter(({ path }) => path.startsWith('/api/'));
const OF_OPERATOR = ROUTES.filter(({ path }) => path.startsWith('/admin/'));
const RUNS = 40;
const FAULTS = /test_control_|node_modules|E11000|CastError|\bat .+:\d+:\d+/;
const LEAKS = new RegExp(`anteroom_|${FAULTS.source}`);
const SECRET = 'only-the-other-deployment-has-this';
const ODD = [null, '', 'undefined', '$ne', '$where', '__proto__', 'constructor', '\u0000', '\u202e', '\ud800', '../admin', 'admin', 'local', 'config', '-0', '1e999', '9'.repeat(30), 'x'.repeat(201)];
const KEYS = ['__proto__', 'constructor', 'prototype', '$where', '$expr', '$or', 'a.b', 'toString', 'then'];
const OPERATORS = [{ $gt: '' }, { $ne: null }, { $in: [''] }, { $regex: '.*' }, { $where: 'sleep(1000)' }, [{ $ne: 1 }], { ['__proto__']: { admin: true } }];

const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(...ODD));
const any = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.constantFrom<unknown[]>(...OPERATORS) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });

let service: TestApp;
let tenant: Tenant;
let other: Tenant;
let room: string;
let otherRoom: string;
const touched = new Set<string>();

beforeAll(async () => {
  service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), PARTICIPANT_LIMIT: '1000' });
  const client: mongo.MongoClient = await service.app.get(Clusters).default.run(async (connection) => connection.getClient());
  [tenant, other] = await Promise.all([newTenant(service), newTenant(service)]);
  const made = await Promise.all([tenant, other].map((of) => aRoom(service, of, { room_id: '52788594', ...(of === other ? { vendor_name: SECRET } : {}) })));
  [room, otherRoom] = made.map(({ _id }) => _id.toHexString()) as [string, string];
  await aMessage(service, other, made[1]!._id, { message: SECRET });
  await aMessage(service, tenant, made[0]!._id);
  // The end of a transaction is told to the database admin, whatever it was in.
  onCommand(client, ({ databaseName, commandName }) => commandName !== 'commitTransaction' && commandName !== 'abortTransaction' && touched.add(databaseName));
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** What is known of a route's fields, and names that no route has. */
function fieldsOf({ parameters = [], requestBody }: Operation): string[] {
  const [media] = Object.values(requestBody?.content ?? {});
  const schema = DOCUMENT.components.schemas[media?.schema.$ref.split('/').at(-1) ?? ''];
  const own = [schema, ...(schema?.allOf ?? [])].flatMap((part) => Object.keys(part?.properties ?? {}));
  return [...own, ...parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name), 'agent_db', 'db_name', 'sub_domain', ...KEYS];
}

// An assignment of __proto__ would be none.
const toFields = (pairs: readonly (readonly [string, unknown])[]): object => Object.fromEntries(pairs);
const wellFormed = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString();
const toForm = (pairs: readonly (readonly [string, unknown])[]): string =>
  pairs.map(([name, value]) => `${encodeURIComponent(name)}${typeof value === 'object' && value !== null ? '[$ne]' : ''}=${encodeURIComponent(wellFormed(value))}`).join('&');

interface Sent {
  readonly prefix: string;
  readonly id: string;
  readonly body: readonly (readonly [string, unknown])[];
  readonly query: readonly (readonly [string, unknown])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly isForm: boolean;
}

/** Random input of a route; as a rule it finds the deployment `tenant`. */
function sentTo(operation: Operation): fc.Arbitrary<Sent> {
  const pair = fc.tuple(fc.constantFrom(...fieldsOf(operation)), any);
  const word = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  const id = fc.oneof(fc.constantFrom('OWN', 'OTHER', 'a'.repeat(24), '%ff', '%00', '__proto__', '%7B%22$ne%22:1%7D'), word.map(encodeURIComponent).filter((text) => /^[^.]/.test(text)));
  const prefix = fc.oneof({ weight: 6, arbitrary: fc.constant('OWN') }, { weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: word.map(encodeURIComponent) });
  const header = fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), { nil: '' });
  return fc.record({
    prefix,
    id,
    body: fc.array(pair, { maxLength: 8 }),
    query: fc.array(pair, { maxLength: 3 }),
    headers: fc.record({ client: header, authorization: header, 'if-none-match': header }),
    isForm: fc.boolean(),
  });
}

/** Sends it, and checks what holds for every answer of the service. */
async function check(method: string, route: string, { responses }: Operation, { prefix, id, body, query, headers, isForm }: Sent): Promise<void> {
  const ids = new Map([['OWN', room], ['OTHER', otherRoom]]);
  const key = prefix === 'OWN' ? tenant.key : prefix;
  const path = `${key === '' ? '' : `/t/${key}`}${route.replace(/\{\w+\}/g, ids.get(id) ?? id)}?${toForm(query)}`;
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const sent = method === 'GET' ? {} : { body: isForm ? toForm(body) : JSON.stringify(toFields(body)) };
  const response = await fetch(service.url + path, { method, headers: { ...headers, 'content-type': type }, ...sent });
  const text = await response.text();
  expect([path, Object.keys(responses)]).toEqual([path, expect.arrayContaining([String(response.status)])]);
  expect([path, response.status < 500]).toEqual([path, true]);
  expect(text).not.toContain(SECRET);
  expect(text).not.toMatch(route.startsWith('/api/') ? LEAKS : FAULTS);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  if (text !== '') expect([response.headers.get('content-type'), typeof JSON.parse(text)]).toEqual(['application/json; charset=utf-8', 'object']);
}

describe('Whatever is sent, the answer is documented, is no fault, and comes from the own deployment', () => {
  it.each(OF_TENANTS.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_name, { method, path, operation }) => {
    touched.clear();
    await fc.assert(
      fc.asyncProperty(sentTo(operation), (sent) => check(method, path, operation, sent)),
      { numRuns: RUNS },
    );
    expect([...touched].filter((name) => name !== tenant.database && name !== service.config.mongo.controlDatabase)).toEqual([]);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});

describe('Whatever the operator sends, the answer is documented, is no fault, and no other database is spoken to', () => {
  it.each(OF_OPERATOR.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_name, { method, path, operation }) => {
    touched.clear();
    await fc.assert(
      fc.asyncProperty(sentTo(operation), fc.boolean(), (sent, isAdmin) => check(method, path, operation, { ...sent, prefix: '', headers: isAdmin ? { authorization: `Bearer ${ADMIN_TOKEN}` } : sent.headers })),
      { numRuns: RUNS },
    );
    // Those that it has made meanwhile are its own.
    expect([...touched].filter((name) => name !== service.config.mongo.controlDatabase && !/^anteroom_(?!t)/.test(name))).toEqual([]);
  });
});
