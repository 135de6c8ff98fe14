import type { mongo } from 'mongoose';

import { Clusters } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import { closeCalls, plainCall, send, type Call } from './matrix/calls.js';
import { issue, type Credential, type Credentials, type Role } from './matrix/credentials.js';
import { fill, newSeed, type Deployment } from './matrix/deployments.js';
import { looksLikeId, ROUTES, type Route } from './matrix/documents.js';
import { WIRE_RULES, type WireRule } from './matrix/rules.js';
import { startApp, type TestApp } from './support/app.js';
import { monitored, onCommand } from './support/explain.js';
import { fc } from './support/properties.js';
import { dropAll } from './support/tenants.js';

const RUNS = 50;
const PATIENCE_MS = 180_000;
const WIRE = ROUTES.filter(({ name }) => name in WIRE_RULES);
// Where drivers say to the server how a transaction ends.
const OF_NO_DATABASE: ReadonlySet<string> = new Set(['commitTransaction', 'abortTransaction', 'ping', 'endSessions']);

let service: TestApp;
let client: mongo.MongoClient;
let first: Deployment;
let second: Deployment;
let credentials: Credentials;
let roomIds: readonly string[];
const statuses = new Map<number, number>();
const started: mongo.CommandStartedEvent[] = [];

beforeAll(async () => {
  service = await startApp({ RATE_LIMIT: 'off', MONGODB_URI: monitored(process.env.MONGODB_URI ?? '') });
  client = await service.app.get(Clusters).default.run((connection) => Promise.resolve(connection.getClient()));
  const filled = await fill(service, [await newSeed(service, 'first'), await newSeed(service, 'second')]);
  [first, second] = filled as [Deployment, Deployment];
  credentials = (await issue(service, filled)).get(first) as Credentials;
  const rooms = await client.db(first.tenant.database).collection<Room>('rooms').find().toArray();
  roomIds = [...rooms.map(({ _id }) => _id.toHexString()), second.own.room];
  onCommand(client, (event) => started.push(event));
}, PATIENCE_MS);

afterAll(async () => {
  closeCalls();
  await dropAll(service);
  await service.close();
});

/** Whose a room is, as this file understands it. */
const OWN: Readonly<Partial<Record<Role, (room: Room) => boolean>>> = {
  agent: ({ agent_id }) => agent_id === '141',
  user: ({ order_user_id, p2p_id }) => order_user_id === '1' || p2p_id === '70',
  vendor: ({ vendor_id, p2p_id }) => vendor_id === '7' || p2p_id === '7',
  'other agent': ({ agent_id }) => agent_id === '242',
  'other user': ({ order_user_id, p2p_id }) => order_user_id === '2' || p2p_id === '80',
  'other vendor': ({ vendor_id, p2p_id }) => vendor_id === '8' || p2p_id === '8',
};

/** Ids of the rooms of a deployment that are not the caller's, with all their messages and people. */
async function foreignIds({ tenant }: Deployment, isOwn: (room: Room) => boolean): Promise<string[]> {
  const rooms = await client.db(tenant.database).collection<Room>('rooms').find().toArray();
  const others = rooms.filter((room) => !isOwn(room));
  const messages = await client.db(tenant.database).collection('messages').find({ room: { $in: others.map(({ _id }) => _id) } }).project({ _id: 1 }).toArray();
  return [...others.flatMap(({ _id, participants }) => [_id, ...participants.map((one) => one._id)]), ...messages.map(({ _id }) => _id as Room['_id'])].map((id) => id.toHexString());
}

/**
 * Everything that names anything in either deployment, and what names nothing; with the ids of rooms and messages where nothing stores what is
 * said: a text that was stored as an answer's own says nothing of where the answer comes from.
 */
function aName({ withIds }: { withIds: boolean }): fc.Arbitrary<string> {
  const known = [first, second].flatMap(({ shared, own, tenant, host }) => {
    const names = [shared, own].flatMap(({ room, message, ...others }) => [...Object.values(others), ...(withIds ? [room, message] : [])]);
    return [...names, tenant.key, ...tenant.names, tenant.database, host];
  });
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 6 }, { arbitrary: fc.constantFrom('242', '2', '8', '80', 'null', 'undefined', 'OrderNo-5002-orderId-20', 'OrderNo-5001-orderId-10-b', 'agent', 'user', 'vendor', 'admin', 'agent_to_user', 'user_to_user'), weight: 3 }, fc.string({ unit: 'grapheme', maxLength: 30 }));
}

/** Mostly a room that there is, of whomever. */
function aRoomId(): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: fc.constantFrom(...roomIds), weight: 6 }, aName({ withIds: true }));
}

function aValue(): fc.Arbitrary<unknown> {
  const name = aName({ withIds: false });
  return fc.oneof({ arbitrary: name, weight: 8 }, fc.array(name, { maxLength: 3 }), fc.constantFrom<unknown>({ $ne: '' }, { $gt: '' }, [{ $in: ['242'] }], true, 1, 0), fc.jsonValue({ maxDepth: 2 }));
}

/** A call of the route that is good but for some fields, which say anything; under the path of its deployment, another one's, or none. */
function aCall(route: Route, role: Role | null): fc.Arbitrary<Call> {
  const rule = WIRE_RULES[route.name] as WireRule;
  const plain = plainCall(route, rule, first, role);
  const fieldsIn = (place: string): string[] => route.fields.filter(({ in: where }) => where === place).map(({ name }) => name);
  const some = <T>(names: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
    names.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4, noNullPrototype: true });
  const hints = ['agent_db', 'db_name', 'sub_domain'];
  const prefix = fc.oneof({ arbitrary: fc.constant(first.tenant.key), weight: 8 }, fc.constantFrom(second.tenant.key, null, 'unknown'));
  const inQuery = some([...fieldsIn('query'), ...fieldsIn('body').filter(looksLikeId), ...hints], aName({ withIds: true }));
  const inHeader = some(['client', 'if-none-match', 'x-forwarded-host'], aName({ withIds: true }).map((text) => text.replace(/[^\x20-\x7e]/g, '')));
  const inPath = some(fieldsIn('path'), aRoomId());
  const ids = fieldsIn('body').filter((name) => rule.fields[name]?.kind === 'room');
  const others = fieldsIn('body').filter((name) => !ids.includes(name));
  const inBody = route.takesBody ? some([...others, ...hints, '__proto__', 'constructor', '$where'], aValue()) : fc.constant({});
  const byId = some(ids, fc.oneof({ arbitrary: aRoomId(), weight: 6 }, aValue()));
  return fc.record({ prefix, inQuery, inHeader, inPath, inBody, byId }).map((said) => ({
    ...plain,
    prefix: said.prefix,
    query: { ...plain.query, ...said.inQuery },
    header: said.inHeader,
    path: { ...plain.path, ...said.inPath },
    body: plain.body === null ? null : { ...plain.body, ...said.inBody, ...said.byId },
  }));
}

async function check(call: Call, { sent, role }: Credential): Promise<void> {
  const before = started.length;
  const { status, statusLine, headers, body } = await send(service.url, call, sent);
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const events = started.slice(before).filter(({ databaseName, commandName }) => !(databaseName === 'admin' && OF_NO_DATABASE.has(commandName)));
  const all = [statusLine, ...headers, body].join('\n');
  const isOwn = role === null ? () => false : (OWN[role] ?? ((): boolean => true));
  const foreign = [...(await foreignIds(first, isOwn)), second.mark, second.secret, second.own.room, second.own.message].filter((id) => all.includes(id));
  expect({ status: status < 500 ? 'below 500' : body, foreign }).toEqual({ status: 'below 500', foreign: [] });
  const touched = [...new Set(events.map(({ databaseName }) => databaseName))];
  expect([first.tenant.database, service.config.mongo.controlDatabase]).toEqual(expect.arrayContaining(touched));
  if (role === null) expect(touched.filter((name) => name !== service.config.mongo.controlDatabase)).toEqual([]);
}

describe('Whatever a caller says', () => {
  it.each(WIRE.map((route) => [route.name, route] as const))(
    '%s fails in no way of its own, shows no room of others and touches one database only',
    async (_, route) => {
      const callers = [...credentials.good, ...credentials.refused.slice(0, 3)];
      const asked = fc.constantFrom(...callers).chain((credential) => aCall(route, credential.role).map((call) => ({ credential, call })));
      await fc.assert(fc.asyncProperty(asked, ({ credential, call }) => check(call, credential)), { numRuns: RUNS });
    },
    PATIENCE_MS,
  );

  it('is some of it understood and some of it refused, by calls that reach the database', () => {
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 403, 404]));
    expect(started.map(({ databaseName }) => databaseName)).toContain(first.tenant.database);
  });
});
