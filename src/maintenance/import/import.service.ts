import { Injectable } from '@nestjs/common';

import { AuditRepository, type Actor } from '../../audit/index.js';
import type { Id } from '../../mongo/index.js';
import { BroughtRoomRepository } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { Census, type Share } from './census.js';
import { ImportRefusedError } from './import.errors.js';
import { ImportSessionRepository } from './import-session.repository.js';
import { LocationImport } from './location-import.js';
import type { Deployment } from './old-query.js';
import type { Progress } from '../progress.js';
import { RoomImport } from './room-import.js';
import type { OfRooms, SourceRepository } from './source.repository.js';
import type { Tally } from './tally.js';

/** What is moved in, and how. */
export interface ImportOptions {
  readonly deployment: Deployment;
  /** Only participants, messages and locations of this id and later ones; null: all. */
  readonly from: Id | null;
  readonly dryRun: boolean;
  readonly intoExisting: boolean;
  readonly actor: Actor;
}

/** Where an import reads and what it tells of itself. */
export interface ImportStreams {
  readonly source: SourceRepository;
  readonly tally: Tally;
  readonly progress: Progress;
}

type Run = ImportOptions & ImportStreams & { readonly tenant: Tenant };

/** Moves a deployment of the replaced service into a tenant. */
@Injectable()
export class ImportService {
  constructor(
    private readonly rooms: BroughtRoomRepository,
    private readonly roomImport: RoomImport,
    private readonly locations: LocationImport,
    private readonly sessions: ImportSessionRepository,
    private readonly audit: AuditRepository,
  ) {}

  /**
   * Brings what is missing; what is stored at any moment is whole, so that a run can be stopped then and another goes on.
   * @throws ImportRefusedError, SourceAwayError, DatabaseUnavailableError
   */
  async run(tenant: Tenant, options: ImportOptions, streams: ImportStreams): Promise<Record<OfRooms, Share>> {
    const run: Run = { tenant, ...options, ...streams };
    await this.check(run);
    try {
      const shares = await this.bring(run);
      await this.record(run);
      return shares;
    } catch (error) {
      // What is stored is, however the run ends.
      await this.record(run).catch(() => undefined);
      throw error;
    }
  }

  private async bring(run: Run): Promise<Record<OfRooms, Share>> {
    const { tenant } = run;
    if (!run.dryRun) await this.sessions.endLeft(tenant);
    run.progress.begin('counting the source', null);
    // What is new, before anything is read: what is stored meanwhile is read and not counted, and never the reverse.
    const census = await Census.begin(run.source, run);
    run.progress.begin('messages', null);
    const shares = await this.bringRooms(run, census);
    run.progress.begin('locations', null);
    await this.locations.bring(tenant, run, run.tally);
    if (!run.dryRun) await this.sessions.forget(tenant);
    return shares;
  }

  private async bringRooms(run: Run, census: Census): Promise<Record<OfRooms, Share>> {
    const stop = new AbortController();
    const counting = census.take(run.tally).then((shares) => {
      run.progress.expect(shares.chats.ours);
      return shares;
    });
    // Whichever fails first is told at once: the source of the other is closed then.
    counting.catch((error: unknown) => stop.abort(error));
    await this.roomImport.bring(run.tenant, { ...run, signal: stop.signal });
    return counting;
  }

  private async record({ tenant, actor, dryRun, source, tally: { written } }: Run): Promise<void> {
    if (dryRun || Object.values(written).every((count) => count === 0)) return;
    await this.audit.append([{ actor, action: 'history moved in', tenant: tenant.key, key: null, details: { source: source.identity, written: { ...written } } }]);
  }

  private async check({ tenant, source, deployment, intoExisting }: Run): Promise<void> {
    if (!(await source.has(deployment))) throw new ImportRefusedError('The source has no room of this deployment: --split lists those that it has.');
    if (intoExisting || !(await this.rooms.hasOthers(tenant, source.identity))) return;
    throw new ImportRefusedError(`Tenant ${tenant.key} has rooms that this source did not bring. Where they may stay together, say --into-existing.`);
  }
}
