import { createHash } from 'node:crypto';

import mongoose, { type mongo } from 'mongoose';

import { DatabaseUnavailableError, FIRST_BATCH, rawBatches, toBatchSize, toDatabaseError, toDocument, type Id } from '../../mongo/index.js';
import { ImportRefusedError, SourceAwayError } from './import.errors.js';
import type { OldDocument } from './old-documents.js';
import { since, toCounts, toDeploymentFilter, toNewestLocations, toOrdered, toOthersFilter, toSameNames, toStrayFilter, type Deployment, type NewestLocation, type SameName, type Span, type Wanted } from './old-query.js';
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
    return this.read(find('rooms', { filter, projection: { _id: 1 } }));
  }

  sameNames(deployment: Deployment): AsyncGenerator<SameName> {
    return this.read(aggregate('rooms', toSameNames(deployment)));
  }

  /** All rooms in the order of their ids, as far as they say whose they are. */
  listRooms(): AsyncGenerator<ListedRoom[]> {
    return this.readBatches(find('rooms', { filter: { _id: { $type: 'objectId' } }, sort: { _id: 1 }, projection: { db_name: 1, agent_db: 1 } }));
  }

  readRooms(ids: readonly Id[]): AsyncGenerator<Sized> {
    return this.readSized(find('rooms', { filter: { _id: { $in: ids } } }));
  }

  /** When the rooms were made. */
  readDates(ids: readonly Id[]): AsyncGenerator<OldDocument> {
    return this.read(find('rooms', { filter: { _id: { $in: ids } }, projection: { created_date: 1 } }));
  }

  /** The participants or messages of these rooms as BSON, in batches; each has its room's place where the room's id was. */
  readOrdered(name: OfRooms, wanted: Wanted): AsyncGenerator<Buffer[]> {
    return this.batches(aggregate(name, toOrdered(ROOM_FIELD_OF[name], wanted)));
  }

  /** Counts by room, in the order of their ids. */
  counts(name: OfRooms, span: Span, options?: { withNewest: boolean }): AsyncGenerator<RoomCount[]> {
    const { collection, command } = aggregate(name, toCounts(ROOM_FIELD_OF[name], span, options));
    // Nearly all of a collection is read in the order in which it is stored: by the index it takes twice as long (measured).
    const isNearlyAll = span.from === null && span.before !== null;
    return this.readBatches({ collection, command: isNearlyAll ? { ...command, hint: { $natural: 1 } } : command });
  }

  /** The newest id of a collection; null: it has none. */
  async newestId(name: OfRooms): Promise<Id | null> {
    const [newest] = await this.ask(this.database.collection(name).find({ _id: { $type: 'objectId' } }, { sort: { _id: -1 }, limit: 1, projection: { _id: 1 } }).toArray());
    return newest?._id ?? null;
  }

  /** What says one of these rooms. */
  readStrays(name: OfRooms, rooms: readonly (Id | null)[], from: Id | null): AsyncGenerator<OldDocument> {
    const field = ROOM_FIELD_OF[name];
    return this.read(find(name, { filter: toStrayFilter(field, rooms, from), projection: { [field]: 1 } }));
  }

  newestLocations(from: Id | null): AsyncGenerator<NewestLocation> {
    return this.read(aggregate(LOCATIONS, toNewestLocations(from)));
  }

  readLocations(ids: readonly Id[]): AsyncGenerator<Sized> {
    return this.readSized(find(LOCATIONS, { filter: { _id: { $in: ids } } }));
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

  private async *read<T>(asked: Asked): AsyncGenerator<T> {
    for await (const batch of this.batches(asked)) for (const bytes of batch) yield toDocument(bytes) as T;
  }

  private async *readBatches<T>(asked: Asked): AsyncGenerator<T[]> {
    for await (const batch of this.batches(asked)) yield batch.map((bytes) => toDocument(bytes) as T);
  }

  private async *readSized(asked: Asked): AsyncGenerator<Sized> {
    for await (const batch of this.batches(asked)) for (const bytes of batch) yield toSized(bytes);
  }

  // As BSON, so that a document that cannot be decoded is one and not the end.
  private async *batches({ collection, command }: Asked): AsyncGenerator<Buffer[]> {
    const withConcern = { ...command, ...toConcern(this.database) };
    try {
      if (this.isOneServer) for await (const batch of rawBatches(this.client, this.database, { collection, command: withConcern, batchSize: AT_ONCE })) yield batch.documents();
      else yield* cursorBatches(this.database, withConcern);
    } catch (error) {
      throw toSourceError(error);
    }
  }

  private ask<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw toSourceError(error);
    });
  }
}

/** A command that answers with a cursor. */
interface Asked {
  readonly collection: string;
  readonly command: object;
}

function find(collection: string, options: object): Asked {
  return { collection, command: { find: collection, ...options, batchSize: FIRST_BATCH } };
}

function aggregate(collection: string, pipeline: readonly object[]): Asked {
  return { collection, command: { aggregate: collection, pipeline, cursor: { batchSize: FIRST_BATCH }, allowDiskUse: true } };
}

// The driver's own cursor knows which of several servers has it.
async function* cursorBatches(database: mongo.Db, command: object): AsyncGenerator<Buffer[]> {
  const cursor = database.runCursorCommand(command, { raw: true, readPreference: database.readPreference }).setBatchSize(FIRST_BATCH);
  try {
    while (await (cursor as mongo.RunCommandCursor & { hasNext(): Promise<boolean> }).hasNext()) {
      const batch = cursor.readBufferedDocuments() as Buffer[];
      cursor.setBatchSize(toBatchSize(AT_ONCE, { documents: batch.length, bytes: batch.reduce((sum, { length }) => sum + length, 0) }));
      yield batch;
    }
  } finally {
    await cursor.close().catch(() => undefined);
  }
}

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
  // Also what the system says of a connection, which the driver passes on as it is.
  if (!(error instanceof MongoError)) return toDatabaseError(error) instanceof DatabaseUnavailableError ? new SourceAwayError(error as Error) : error;
  if (error instanceof MongoInvalidArgumentError) return new ImportRefusedError(`The source cannot be asked like this: ${error.message}`, error);
  // Also of another primary, where the cursors of the one before are not.
  if (!(error instanceof MongoServerError) || toDatabaseError(error) instanceof DatabaseUnavailableError) return new SourceAwayError(error);
  return new ImportRefusedError(`The source refuses to be read: ${error.message}`, error);
}

