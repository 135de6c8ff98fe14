import mongoose from 'mongoose';

import { TenantAdminService } from '../../src/admin/index.js';
import { ANONYMOUS } from '../../src/auth/index.js';
import { LocationService } from '../../src/location/index.js';
import { Clusters, newId } from '../../src/mongo/index.js';
import type { Room, RoomFields } from '../../src/room/index.js';
import type { LookupSettings, Tenant, TenantAuth } from '../../src/tenancy/index.js';
import type { TestApp } from '../support/app.js';
import { aMessage, aRoom } from '../support/build.js';

const { EJSON } = mongoose.mongo.BSON;

/** What ids are of. */
export type Kind = 'room' | 'message' | 'order' | 'orderId' | 'agent' | 'customer' | 'shop' | 'orderShop' | 'seller' | 'roomName' | 'person' | 'product' | 'client';
export type Ids = Readonly<Record<Kind, string>>;

/** One of the deployments of the matrix: what it has in common with the others by id, and what it has alone; its mark is in every text. */
export interface Deployment {
  readonly name: string;
  readonly mark: string;
  readonly tenant: Tenant;
  readonly host: string;
  readonly secret: string;
  /** Ids that every deployment has, each with texts of its own. */
  readonly shared: Ids;
  /** Ids that nobody else has. */
  readonly own: Ids;
  /** Whatever tells that an answer is of this deployment. */
  readonly marks: readonly string[];
}

const GUARDED: TenantAuth = { http: 'required', sockets: 'required' };

type People = Omit<Ids, 'room' | 'message'>;

const SHARED: People = { order: '5001', orderId: '10', agent: '141', customer: '1', shop: '7', orderShop: '9', seller: '70', roomName: 'OrderNo-5001-orderId-10', person: '1', product: '12', client: '1' };
const STRANGERS: People = { order: '5002', orderId: '20', agent: '242', customer: '2', shop: '8', orderShop: '19', seller: '80', roomName: 'OrderNo-5002-orderId-20', person: '2', product: '22', client: '1' };

/** What stands in a deployment before anything of the others is known. */
export interface Seed {
  readonly name: string;
  readonly mark: string;
  readonly tenant: Tenant;
  readonly host: string;
  readonly secret: string;
}

/** Makes a deployment that takes tokens signed with a secret of its own, and opaque ones where it is said where they are looked up. */
export async function newSeed({ app }: TestApp, name: string, { auth = GUARDED, lookup = null }: { auth?: TenantAuth; lookup?: Partial<LookupSettings> | null } = {}): Promise<Seed> {
  const id = newId().toHexString();
  const mark = `mark-${name}-${id}`;
  const secret = `the secret of ${name}, ${id}`;
  const host = `${name}-${id}.example`;
  const settings = { default_image: `https://${mark}.example/default.png`, jwt: { secret, tenant_claim: 'tenant', vendor_ids_claim: 'vendor_ids' }, lookup } as object;
  const tenant = await app.get(TenantAdminService).put(`t${id}`, { names: [`n${id}`], sub_domains: [host], auth, settings });
  return { name, mark, tenant, host, secret };
}

/** Fills deployments with the same rooms, messages, people and places: ids and revisions are equal to the last digit, texts are not. */
export async function fill(service: TestApp, seeds: readonly Seed[]): Promise<Deployment[]> {
  const [first, ...others] = seeds;
  if (first === undefined) return [];
  const ids = await writeShared(service, first);
  for (const other of others) await copy(service, first, other);
  return Promise.all(seeds.map(async (seed, at) => toDeployment(service, seed, ids, at)));
}

async function writeShared(service: TestApp, seed: Seed): Promise<Ids> {
  const room = await writeRoom(service, seed, SHARED);
  for (const more of ['b', 'c']) await writeRoom(service, seed, { ...SHARED, roomName: `${SHARED.roomName}-${more}` });
  for (const more of ['p', 'q']) await writeRoom(service, seed, { ...SHARED, roomName: `p2p-${more}` }, 'user_to_user');
  await writeRoom(service, seed, STRANGERS);
  return { ...SHARED, ...room };
}

async function writeRoom(service: TestApp, { tenant, mark }: Seed, ids: People, type = 'agent_to_user'): Promise<Pick<Ids, 'room' | 'message'>> {
  const isPeer = type === 'user_to_user';
  const parties: Partial<RoomFields> = isPeer ? { agent_id: null, vendor_id: null, p2p_id: ids.seller } : { agent_id: ids.agent, vendor_id: ids.shop };
  const room: Room = await aRoom(service, tenant, { type, room_name: ids.roomName, room_id: ids.order, order_id: ids.orderId, order_user_id: ids.customer, order_vendor_id: ids.orderShop, product_id: ids.product, vendor_name: mark, product_name: mark, ...parties });
  const said = { username: mark, email: `${mark}@example.com`, phone_num: mark, display_image: `https://${mark}.example/a.png` };
  const people = isPeer ? [['user', ids.customer]] : [['agent', ids.agent], ['user', ids.customer], ['vendor', ids.shop]];
  const messages = [];
  for (const [kind = '', id = ''] of people) messages.push(await aMessage(service, tenant, room._id, { message: `${mark} says ${kind}`, sender: { user_type: kind, user_id: id, ...said }, key: newId().toHexString() }));
  const place = { agent_id: Number(ids.agent), order_id: Number(ids.orderId), lat: mark, lng: mark, short_code: mark, status: 'running' };
  if (!isPeer) await service.app.get(LocationService).save(tenant, ANONYMOUS, place);
  return { room: room._id.toHexString(), message: messages[0]?._id.toHexString() ?? '' };
}

async function copy(service: TestApp, from: Seed, to: Seed): Promise<void> {
  const client = await clientOf(service);
  const [source, target] = [client.db(from.tenant.database), client.db(to.tenant.database)];
  for (const { name } of await source.listCollections().toArray()) {
    const text = EJSON.stringify(await source.collection(name).find().toArray(), { relaxed: false });
    const documents = EJSON.parse(text.replaceAll(from.mark, to.mark).replaceAll(from.tenant.names[0] ?? '', to.tenant.names[0] ?? ''), { relaxed: false }) as object[];
    await target.collection(name).insertMany(documents);
  }
}

async function toDeployment(service: TestApp, seed: Seed, shared: Ids, at: number): Promise<Deployment> {
  const number = 6_000 + 1_000 * at;
  const texts = Object.fromEntries(Object.keys(SHARED).map((kind, place) => [kind, String(number + 101 * (place + 1))])) as unknown as People;
  const people = { ...texts, roomName: `of ${seed.name} alone` };
  const own = { ...people, ...(await writeRoom(service, seed, people)) };
  const { tenant, mark, secret } = seed;
  return { ...seed, shared, own, marks: [mark, tenant.key, ...tenant.names, tenant.database, secret, own.room, own.message] };
}

/** Key of a deployment that the operator makes and removes while the others are watched. */
export const SPARE = 'spare-of-the-matrix';

/** Everything that is stored in the deployments' databases and of them in the directory, as text. */
export async function contentsOf(service: TestApp, all: readonly Pick<Deployment, 'name' | 'tenant'>[]): Promise<Record<string, string>> {
  const client = await clientOf(service);
  const contents = await Promise.all(all.map(async ({ name, tenant }) => [name, await dump(client.db(tenant.database))] as const));
  // Without the service's own deadline, which is meant for calls.
  const tenants = client.db(service.config.mongo.controlDatabase).collection<{ _id: string }>('tenants');
  const directory = await tenants.find({ _id: { $ne: SPARE } }).sort({ _id: 1 }).toArray();
  return { ...Object.fromEntries(contents), directory: EJSON.stringify(directory) };
}

async function dump(database: ReturnType<mongoose.mongo.MongoClient['db']>): Promise<string> {
  const names = (await database.listCollections().toArray()).map(({ name }) => name).sort();
  const all = await Promise.all(names.map(async (name) => [name, await database.collection(name).find().sort({ _id: 1 }).toArray()]));
  return EJSON.stringify(all);
}

/** The driver's client that all tenants share. */
export function clientOf({ app }: TestApp): Promise<mongoose.mongo.MongoClient> {
  return app.get(Clusters).default.run((connection) => Promise.resolve(connection.getClient()));
}
