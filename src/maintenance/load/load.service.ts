import { Injectable } from '@nestjs/common';

import { AuditRepository, type Actor } from '../../audit/index.js';
import { DatabaseUnavailableError } from '../../mongo/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { FolderRefusedError } from '../folder.errors.js';
import type { Progress } from '../progress.js';
import { STORED_COLLECTIONS, type StoredCollection } from '../stored-collections.js';
import { StoredDocumentsRepository } from '../stored-documents.repository.js';
import { LoadRepository, type Inserted } from './load.repository.js';
import { WholeExport, type LoadedBatch } from './whole-export.js';

/** What was loaded of one collection. */
export interface LoadedCollection {
  readonly collection: string;
  /** How many documents the export has. */
  readonly documents: number;
  /** How many of them were not there before this run. */
  readonly inserted: number;
  /** How many there are now. */
  readonly stored: number;
  /** Whether it is as in the export. */
  readonly agrees: boolean;
}

export interface LoadReport {
  readonly tenant: string;
  /** Key of the tenant that was exported. */
  readonly of: string;
  readonly collections: readonly LoadedCollection[];
  readonly agrees: boolean;
}

/** Where a load is from, who makes it, and where it says how far it is. */
export interface LoadOptions {
  readonly path: string;
  readonly actor: Actor;
  readonly progress: Progress;
}

/** Exports put into a tenant again. */
@Injectable()
export class LoadService {
  constructor(
    private readonly documents: StoredDocumentsRepository,
    private readonly loads: LoadRepository,
    private readonly audit: AuditRepository,
  ) {}

  /**
   * Looks at the whole folder before it writes anything. What is written stays when the run is stopped; the same run again goes on.
   * @throws FolderRefusedError, DatabaseUnavailableError
   */
  async load(tenant: Tenant, { path, actor, progress }: LoadOptions): Promise<LoadReport> {
    const whole = await WholeExport.open(path);
    await this.checkIsFor(tenant, whole);
    progress.begin('documents looked at', whole.total);
    await whole.check((documents) => progress.advance(documents));
    await this.loads.begin(tenant, whole.id);
    progress.begin('documents loaded', whole.total);
    const collections: LoadedCollection[] = [];
    for (const collection of STORED_COLLECTIONS) collections.push(await this.loadCollection(tenant, collection, { whole, progress }));
    const report = { tenant: tenant.key, of: whole.manifest.tenant, collections, agrees: collections.every(({ agrees }) => agrees) };
    await this.record(report, actor);
    // Where something is missing, the same run again may bring it.
    if (report.agrees) await this.loads.end(tenant);
    return report;
  }

  private async checkIsFor(tenant: Tenant, { id }: WholeExport): Promise<void> {
    const begun = await this.loads.findBegun(tenant);
    if (begun === id) return;
    if (begun !== null) throw new FolderRefusedError(`The load of another export into ${tenant.key} was begun and not ended. Go on with that one, or remove the tenant with its database.`);
    for (const name of ['rooms', 'messages']) {
      if (await this.documents.has(tenant, name)) throw new FolderRefusedError(`Tenant ${tenant.key} has ${name}. An export can only be loaded into a tenant that has none.`);
    }
  }

  private async loadCollection(tenant: Tenant, collection: StoredCollection, { whole, progress }: { whole: WholeExport; progress: Progress }): Promise<LoadedCollection> {
    const { name, expires } = collection;
    const { documents } = whole.fileOf(name);
    let inserted = 0;
    if (documents > 0) await this.loads.prepare(tenant, name);
    await whole.read(collection, async (batch) => {
      inserted += await this.insert(tenant, name, { batch, whole });
      progress.advance(batch.documents.length);
    });
    const stored = await this.documents.count(tenant, name);
    return { collection: name, documents, inserted, stored, agrees: expires ? stored <= documents : stored === documents };
  }

  private async insert(tenant: Tenant, name: string, { batch, whole }: { batch: LoadedBatch; whole: WholeExport }): Promise<number> {
    if (batch.documents.length === 0) return 0;
    const { inserted, refused } = await this.tryToInsert(tenant, name, batch);
    if (refused === null) return inserted;
    throw new FolderRefusedError(`${whole.placeOf(name, batch.lines[refused.at] ?? 0)}: the database does not take this document: ${refused.message}. ${GO_ON}`);
  }

  private async tryToInsert(tenant: Tenant, name: string, { documents }: LoadedBatch): Promise<Inserted> {
    try {
      return await this.loads.insert(tenant, name, documents);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      throw new FolderRefusedError(`The tenant's database does not take what is loaded: ${(error as Error).message}. ${GO_ON}`, error);
    }
  }

  private record({ tenant, of, collections, agrees }: LoadReport, actor: Actor): Promise<void> {
    const documents = Object.fromEntries(collections.map((one) => [one.collection, one.documents]));
    return this.audit.append([{ actor, action: 'tenant loaded', tenant, key: null, details: { of, documents, agrees } }]);
  }
}

const GO_ON = 'What was loaded stays; run the same command again when this is mended.';
