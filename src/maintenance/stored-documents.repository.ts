import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import type { ClientSession, mongo } from 'mongoose';

import { ALL_AT_ONCE, toCanonicalLine, type Deadline, type StoredDocument } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { FolderRefusedError } from './folder.errors.js';

const AT_ONCE = 1_000;
const RETRY = { tries: 40, ms: 250 };
const SNAPSHOT_UNAVAILABLE = 246;
// The client's own read concern would go before that of the session.
const SNAPSHOT = { readConcern: { level: 'snapshot' } } as const;
const GONE = new Set([239, SNAPSHOT_UNAVAILABLE]);

/** What is read, and who takes it. */
export interface WholeRead {
  readonly names: readonly string[];
  /** Whether all of it is to be as it was at one moment. */
  readonly isAtOneMoment: boolean;
  /** Takes some documents of a collection as lines; the next ones are read when it has resolved. */
  readonly take: (name: string, lines: readonly string[]) => Promise<void>;
}

/** The documents of a tenant as they are stored, whatever is in them. */
@Injectable()
export class StoredDocumentsRepository {
  constructor(private readonly models: TenantModels) {}

  /** By name of each collection of the tenant's database, about how many documents it has. */
  findCounts(tenant: Tenant): Promise<ReadonlyMap<string, number>> {
    return this.models.onDatabase(tenant, async (database, deadline) => {
      const counts = new Map<string, number>();
      for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) {
        if (!name.startsWith('system.')) counts.set(name, await database.collection(name).estimatedDocumentCount());
        deadline.renew();
      }
      return counts;
    });
  }

  async has(tenant: Tenant, name: string): Promise<boolean> {
    const found = await this.models.onDatabase(tenant, (database) => database.collection(name).findOne({}, { projection: { _id: 1 } }));
    return found !== null;
  }

  /** How many documents there are, each looked at. */
  count(tenant: Tenant, name: string): Promise<number> {
    return this.models.onDatabase(tenant, async (database, deadline) => {
      let count = 0;
      const cursor = database.collection(name).find({}, { projection: { _id: 1 }, hint: { _id: 1 }, batchSize: ALL_AT_ONCE });
      while (await cursor.hasNext()) {
        count += cursor.readBufferedDocuments().length;
        deadline.renew();
      }
      return count;
    });
  }

  /** Reads collections from one end to the other, by `_id`. @throws FolderRefusedError where MongoDB no longer knows the moment */
  readWhole(tenant: Tenant, read: WholeRead): Promise<void> {
    return this.models.onDatabase(tenant, async (database, deadline) => {
      const session = read.isAtOneMoment ? await this.takeMoment(database, read.names, deadline) : undefined;
      try {
        for (const name of read.names) await this.readCollection(database.collection(name), { session, deadline, take: (lines) => read.take(name, lines) });
      } catch (error) {
        throw GONE.has(codeOf(error)) ? new FolderRefusedError(MOMENT_GONE, error) : error;
      } finally {
        await session?.endSession();
      }
    });
  }

  private async readCollection(collection: mongo.Collection, { session, deadline, take }: Reading): Promise<void> {
    const cursor = collection.find<StoredDocument>({}, { sort: { _id: 1 }, batchSize: AT_ONCE, promoteValues: false, ...(session === undefined ? {} : { session, ...SNAPSHOT }) });
    try {
      while (await cursor.hasNext()) {
        deadline.renew();
        await take(cursor.readBufferedDocuments().map(toCanonicalLine));
        deadline.renew();
      }
    } finally {
      await cursor.close();
    }
  }

  // The first question of a session decides the moment; where a collection was made or got an index just before, MongoDB wants to be asked again.
  private async takeMoment(database: mongo.Db, names: readonly string[], deadline: Deadline): Promise<ClientSession> {
    for (let tries = 1; ; tries++) {
      const session = database.client.startSession({ snapshot: true });
      try {
        for (const name of names) await database.collection(name).findOne({}, { session, ...SNAPSHOT, projection: { _id: 1 } });
        return session;
      } catch (error) {
        await session.endSession();
        if (codeOf(error) !== SNAPSHOT_UNAVAILABLE || tries === RETRY.tries) throw error;
        await delay(RETRY.ms);
        deadline.renew();
      }
    }
  }
}

interface Reading {
  readonly session: ClientSession | undefined;
  readonly deadline: Deadline;
  readonly take: (lines: readonly string[]) => Promise<void>;
}

const MOMENT_GONE =
  'The export took longer than MongoDB remembers a moment (five minutes, unless minSnapshotHistoryWindowInSeconds says otherwise). Suspend the deployment and export again: then it may take as long as it takes.';

function codeOf(error: unknown): number {
  return Number((error as { readonly code?: unknown }).code);
}
