import { createHash } from 'node:crypto';

import mongoose, { type mongo } from 'mongoose';

import { DatabaseUnavailableError, rawBatches, toDatabaseError, toDocument, type Id } from '../../mongo/index.js';
import { ImportRefusedError, SourceAwayError } from './import.errors.js';
import type { OldDocument } from './old-documents.js';
import { since, toCounts, toDeploymentFilter, toNewestLocations, toOrdered, toOthersFilter, toSameNames, toStrayFilter, type Deployment, type NewestLocation, type SameName, type Wanted } from './old-query.js';
import { toSized, type Sized } from './sized.js';

/** The collections of the replaced service that say which room they belong to, and in which field. */
export const ROOM_FIELD_OF = { roomusers: 'room_id', chats: 'room' } as const;
export type OfRooms = keyof typeof ROOM_FIELD_OF;

/** A room as far as it says whose it is. */
export interface ListedRoom {
  readonly _id: Id;
  readonly db_name?: unknown;
  readonly agent_db?: unknown;
}

/** How much of a collection says this room. */
export interface RoomCount {
  /** Null: no id. */
  readonly _id: Id | null;
  readonly count: number;
  /** Where it was asked for; null: none has a date. */
  readonly newest?: Date | null;
}

const LOCATIONS = 'userlocations';
const WAIT_MS = 5_000;
const AT_ONCE = 1_000;

/** The replaced service's database, which is only ever read. */
export class SourceRepository {
  private constructor(
    private readonly client: mongo.MongoClient,
    private readonly database: mongo.Db,
    /** Whether every command goes to one and the same server, whichever that is. */
    private readonly isOneServer: boolean,
  ) {}

  /** @throws SourceAwayError, ImportRefusedError where there is nothing of a chat service */
  static async open(uri: string, name: string): Promise<SourceRepository> {
    const client = toClient(uri);
    try {
      const database = (await client.connect()).db(name);
      const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map((one) => one.name);
      if (!names.includes('rooms')) throw new ImportRefusedError(`The source's database ${name} has no collection rooms: is that its name?`);
      return new SourceRepository(client, database, await goesToOneServer(client, database));
    } catch (error) {
      await client.close();
      throw toSourceError(error);
    }
  }

  /** Tells this source from others, and the same at a later run. */
  get identity(): string {
    const { hosts } = this.client.options;
    const text = [...hosts.map(String).sort(), this.database.databaseName].join('/');
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  /** True where a deployment has a room here. */
  async has(deployment: Deployment): Promise<boolean> {
    const found = await this.ask(this.database.collection('rooms').findOne(toDeploymentFilter(deployment), { projection: { _id: 1 } }));
    return found !== null;
  }

  /** True where other deployments have rooms here too. */
  async hasOthers(deployment: Deployment): Promise<boolean> {
    if (deployment === null) return false;
    const found = await this.ask(this.database.collection('rooms').findOne(toOthersFilter(deployment), { projection: { _id: 1 } }));
    return found !== null;
  }

  /** Ids of rooms that are of no use as such: old callers could not name them either. */
  findOddRooms(deployment: Deployment): AsyncGenerator<OldDocument> {
    const filter = { _id: { $not: { $type: 'objectId' } }, ...toDeploymentFilter(deployment) };
    return this.read(this.database.collection('rooms').find(filter as object, { projection: { _id: 1 }, ...RAW }));
  }

  sameNames(deployment: Deployment): AsyncGenerator<SameName> {
    return this.read(this.database.collection('rooms').aggregate(toSameNames(deployment), { ...RAW, allowDiskUse: true }));
  }

  /** All rooms in the order of their ids, as far as they say whose they are. */
  listRooms(): AsyncGenerator<ListedRoom> {
    return this.read(this.database.collection('rooms').find({ _id: { $type: 'objectId' } }, { sort: { _id: 1 }, projection: { db_name: 1, agent_db: 1 }, ...RAW }));
  }

  readRooms(ids: readonly Id[]): AsyncGenerator<Sized> {
    return this.readSized(this.database.collection('rooms').find({ _id: { $in: [...ids] } } as object, RAW));
  }

  /** When the rooms were made. */
  readDates(ids: readonly Id[]): AsyncGenerator<OldDocument> {
    return this.read(this.database.collection('rooms').find({ _id: { $in: [...ids] } } as object, { projection: { created_date: 1 }, ...RAW }));
  }

  /** The participants or messages of these rooms as BSON, in batches; each has its room's place where the room's id was. */
  readOrdered(name: OfRooms, wanted: Wanted): AsyncGenerator<Buffer[]> {
    const pipeline = toOrdered(ROOM_FIELD_OF[name], wanted);
    if (!this.isOneServer) return this.batches(this.database.collection(name).aggregate(pipeline, { ...RAW, allowDiskUse: true }));
    return this.rawBatches(name, { aggregate: name, pipeline, cursor: { batchSize: AT_ONCE }, allowDiskUse: true, ...toConcern(this.database) });
  }

  /** Counts by room, in the order of their ids. */
  counts(name: OfRooms, from: Id | null, options?: { withNewest: boolean }): AsyncGenerator<RoomCount> {
    return this.read(this.database.collection(name).aggregate(toCounts(ROOM_FIELD_OF[name], from, options), { ...RAW, allowDiskUse: true }));
  }

  /** What says one of these rooms. */
  readStrays(name: OfRooms, rooms: readonly (Id | null)[], from: Id | null): AsyncGenerator<OldDocument> {
    const field = ROOM_FIELD_OF[name];
    return this.read(this.database.collection(name).find(toStrayFilter(field, rooms, from), { projection: { [field]: 1 }, ...RAW }));
  }

  newestLocations(from: Id | null): AsyncGenerator<NewestLocation> {
    return this.read(this.database.collection(LOCATIONS).aggregate(toNewestLocations(from), { ...RAW, allowDiskUse: true }));
  }

  readLocations(ids: readonly Id[]): AsyncGenerator<Sized> {
    return this.readSized(this.database.collection(LOCATIONS).find({ _id: { $in: [...ids] } } as object, RAW));
  }

  countLocations(from: Id | null): Promise<number> {
    return this.ask(this.database.collection(LOCATIONS).countDocuments(since(from)));
  }

  /** How many documents a collection has, about. */
  estimate(name: string): Promise<number> {
    return this.ask(this.database.collection(name).estimatedDocumentCount());
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  // As BSON, so that a document that cannot be decoded is one and not the end.
  private async *read<T>(cursor: mongo.AbstractCursor): AsyncGenerator<T> {
    for await (const batch of this.batches(cursor)) for (const bytes of batch) yield toDocument(bytes) as T;
  }

  private async *readSized(cursor: mongo.AbstractCursor): AsyncGenerator<Sized> {
    for await (const batch of this.batches(cursor)) for (const bytes of batch) yield toSized(bytes);
  }

  private async *rawBatches(collection: string, command: object): AsyncGenerator<Buffer[]> {
    try {
      for await (const batch of rawBatches(this.client, this.database, { collection, command, batchSize: AT_ONCE })) yield batch.documents();
    } catch (error) {
      throw toSourceError(error);
    }
  }

  private async *batches(cursor: mongo.AbstractCursor): AsyncGenerator<Buffer[]> {
    try {
      while (await (cursor as mongo.AbstractCursor<Buffer> & { hasNext(): Promise<boolean> }).hasNext()) yield cursor.readBufferedDocuments() as Buffer[];
    } catch (error) {
      throw toSourceError(error);
    } finally {
      await cursor.close().catch(() => undefined);
    }
  }

  private ask<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw toSourceError(error);
    });
  }
}

const RAW = { raw: true, batchSize: AT_ONCE } as const;

function toClient(uri: string): mongo.MongoClient {
  try {
    return new mongoose.mongo.MongoClient(uri, { appName: 'anteroom import', serverSelectionTimeoutMS: WAIT_MS, connectTimeoutMS: WAIT_MS });
  } catch (error) {
    throw new ImportRefusedError(`The source's URI cannot be understood: ${(error as Error).message}`);
  }
}

// What the URI says of it goes into commands by hand.
function toConcern({ readConcern }: mongo.Db): object {
  return readConcern === undefined ? {} : { readConcern };
}

// A replica set's are answered by its primary unless the URI asks for others, a sharded cluster's by any of its routers.
async function goesToOneServer({ options: { hosts, loadBalanced }, readPreference }: mongo.MongoClient, database: mongo.Db): Promise<boolean> {
  if (readPreference.mode !== 'primary' || loadBalanced) return false;
  const { setName } = await database.command({ hello: 1 });
  return setName !== undefined || hosts.length === 1;
}

const { MongoError, MongoInvalidArgumentError, MongoServerError } = mongoose.mongo;

function toSourceError(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  if (error instanceof MongoInvalidArgumentError) return new ImportRefusedError(`The source cannot be asked like this: ${error.message}`, error);
  // Also of another primary, where the cursors of the one before are not.
  if (!(error instanceof MongoServerError) || toDatabaseError(error) instanceof DatabaseUnavailableError) return new SourceAwayError(error);
  return new ImportRefusedError(`The source refuses to be read: ${error.message}`, error);
}

