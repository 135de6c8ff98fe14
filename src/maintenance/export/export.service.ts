import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { toTenantDto } from '../../admin/index.js';
import { AuditRepository, type Actor } from '../../audit/index.js';
import { CONFIG, type Config } from '../../config/index.js';
import type { Tenant } from '../../tenancy/index.js';
import type { Progress } from '../progress.js';
import { STORED_COLLECTIONS } from '../stored-collections.js';
import { StoredDocumentsRepository } from '../stored-documents.repository.js';
import { ExportFolder } from './export-folder.js';
import { fileOf, SETTINGS, toManifest, type Manifest } from './manifest.js';

/** Where an export goes, who makes it, and where it says how far it is. */
export interface ExportOptions {
  readonly path: string;
  readonly actor: Actor;
  readonly progress: Progress;
}

const NAMES = STORED_COLLECTIONS.map(({ name }) => name);

/** A tenant's data written to a folder, as it is stored. */
@Injectable()
export class ExportService {
  constructor(
    private readonly documents: StoredDocumentsRepository,
    private readonly audit: AuditRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Writes all that the tenant's database holds. An active tenant is read as it was at one moment, a suspended one as it is.
   * @throws FolderRefusedError, DatabaseUnavailableError; nothing stays in the folder then
   */
  async export(tenant: Tenant, { path, actor, progress }: ExportOptions): Promise<Manifest> {
    const began = new Date().toISOString();
    const isAtOneMoment = tenant.status === 'active';
    const counts = await this.documents.findCounts(tenant);
    const folder = await ExportFolder.create(path);
    try {
      // Another instance that has not heard of the suspension yet may still take a call.
      if (!isAtOneMoment) await delay(2 * this.config.directoryRefreshMs);
      progress.begin('documents', NAMES.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0));
      await this.write(tenant, { folder, isAtOneMoment, progress });
      const files = await folder.endFiles();
      const left = [...counts.keys()].filter((name) => !NAMES.includes(name));
      const manifest = toManifest({ tenant: tenant.key, began, ended: new Date().toISOString(), read: isAtOneMoment ? 'at one moment' : 'while suspended', left_out: left, files });
      // Before it is whole: no data leaves without a record.
      await this.record(manifest, actor);
      await folder.seal(manifest);
      return manifest;
    } catch (error) {
      await folder.discard();
      throw error;
    }
  }

  private async write(tenant: Tenant, { folder, isAtOneMoment, progress }: { folder: ExportFolder; isAtOneMoment: boolean; progress: Progress }): Promise<void> {
    await folder.write(SETTINGS, [JSON.stringify(toTenantDto(tenant))]);
    for (const name of NAMES) await folder.write(fileOf(name), []);
    const take = async (name: string, lines: readonly string[]): Promise<void> => {
      await folder.write(fileOf(name), lines);
      progress.advance(lines.length);
    };
    await this.documents.readWhole(tenant, { names: NAMES, isAtOneMoment, take });
  }

  private record({ tenant, files }: Manifest, actor: Actor): Promise<void> {
    const documents = Object.fromEntries(NAMES.map((name) => [name, files.find((file) => file.name === fileOf(name))?.documents]));
    return this.audit.append([{ actor, action: 'tenant exported', tenant, key: null, details: { documents } }]);
  }
}
