import { Injectable } from '@nestjs/common';

import type { Id } from '../../mongo/index.js';
import { BroughtRoomRepository } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { inBatches, inSweeps } from './batches.js';
import { Census, type Share } from './census.js';
import { ImportRefusedError } from './import.errors.js';
import { ImportSessionRepository } from './import-session.repository.js';
import { OldParts } from './old-parts.js';
import { LocationImport } from './location-import.js';
import type { Deployment, SameName } from './old-query.js';
import { NotUnderstoodError } from './old-values.js';
import { Overlap } from './overlap.js';
import { PartStore } from './part-store.js';
import type { Plan } from './plan.js';
import type { Progress } from '../progress.js';
import type { OfRooms, SourceRepository } from './source.repository.js';
import { Sweep } from './sweep.js';
import type { Tally } from './tally.js';
import { tryAgain } from './trying.js';
import { Verification } from './verification.js';

/** What is moved in, and how. */
export interface ImportOptions {
  readonly deployment: Deployment;
  /** Only participants, messages and locations of this id and later ones; null: all. */
  readonly from: Id | null;
  readonly dryRun: boolean;
  readonly intoExisting: boolean;
}

/** Where an import reads and what it tells of itself. */
export interface ImportStreams {
  readonly source: SourceRepository;
  readonly tally: Tally;
  readonly progress: Progress;
}

type Run = ImportOptions & ImportStreams & { readonly tenant: Tenant };

// So that MongoDB has something to store while it is waited for what it has stored.
const STORED_AT_ONCE = 2;

/** Moves a deployment of the replaced service into a tenant. */
@Injectable()
export class ImportService {
  constructor(
    private readonly rooms: BroughtRoomRepository,
    private readonly parts: PartStore,
    private readonly locations: LocationImport,
    private readonly verification: Verification,
    private readonly sessions: ImportSessionRepository,
  ) {}

  /**
   * Brings what is missing; what is stored at any moment is whole, so that a run can be stopped then and another goes on.
   * @throws ImportRefusedError, SourceAwayError, DatabaseUnavailableError
   */
  async run(tenant: Tenant, options: ImportOptions, streams: ImportStreams): Promise<Record<OfRooms, Share>> {
    const run: Run = { tenant, ...options, ...streams };
    await this.check(run);
    if (!run.dryRun) await this.sessions.endLeft(tenant);
    run.progress.begin('counting the source', null);
    // Before anything is read: what is stored meanwhile is read and not counted, and never the reverse.
    const census = await Census.begin(run.source, run);
    run.progress.begin('messages', null);
    const [shares] = await whole([census.take(run.tally).then((taken) => expected(run, taken)), this.bringRooms(run)]);
    run.progress.begin('locations', null);
    await this.locations.bring(tenant, run, run.tally);
    if (!run.dryRun) await this.sessions.forget(tenant);
    return shares;
  }

  private async bringRooms(run: Run): Promise<void> {
    for await (const { _id: id } of run.source.findOddRooms(run.deployment)) {
      run.tally.read('rooms');
      run.tally.misunderstand('rooms', id, new NotUnderstoodError('_id', id, 'an ObjectId'));
    }
    for await (const names of inSweeps(run.source.sameNames(run.deployment))) await this.bringSweep(run, names);
  }

  private async check({ tenant, source, deployment, intoExisting }: Run): Promise<void> {
    if (!(await source.has(deployment))) throw new ImportRefusedError('The source has no room of this deployment: --split lists those that it has.');
    if (intoExisting || !(await this.rooms.hasOthers(tenant, source.identity))) return;
    throw new ImportRefusedError(`Tenant ${tenant.key} has rooms that this source did not bring. Where they may stay together, say --into-existing.`);
  }

  private async bringSweep(run: Run, names: readonly SameName[]): Promise<void> {
    const sweep = await Sweep.begin(run.source, names, run.from);
    try {
      let verifying = Promise.resolve();
      for await (const slice of sweep.slices(run.tally)) {
        await this.bringSlice(run, new OldParts(slice, sweep.sources, run.tally));
        // While one slice is compared, the next is brought.
        await verifying;
        verifying = run.dryRun ? verifying : tryAgain(() => this.verification.compare(run.tenant, { slice, source: run.source.identity, from: run.from }, run.tally));
        verifying.catch(() => undefined);
      }
      await verifying;
    } finally {
      await sweep.close();
    }
  }

  private async bringSlice(run: Run, all: OldParts): Promise<void> {
    const storing = new Overlap(STORED_AT_ONCE);
    try {
      for await (const parts of inBatches(all.read())) {
        // A room's messages are stored in their order.
        if (parts[0]?.isFirst !== true) await storing.end();
        await storing.begin(async () => count(run, await this.parts.bring(run.tenant, parts, { source: run.source.identity, dryRun: run.dryRun })));
      }
      await storing.end();
    } finally {
      await storing.settle();
    }
  }
}

function expected({ progress }: Run, shares: Record<OfRooms, Share>): Record<OfRooms, Share> {
  progress.expect(shares.chats.ours);
  return shares;
}

// All of it is over then, however it ends.
async function whole<T extends readonly Promise<unknown>[]>(pieces: readonly [...T]): ReturnType<typeof Promise.all<T>> {
  await Promise.allSettled(pieces);
  return Promise.all(pieces);
}

function count({ tally, progress }: Run, plans: readonly Plan[]): void {
  for (const { part, before, made, sent, joined, same } of plans) {
    tally.written.chats += sent;
    tally.there.chats += part.messages.length - sent;
    tally.written.roomusers += joined;
    tally.there.roomusers += part.participants.length - joined - same.length;
    for (const { from, into } of same) tally.merge('roomusers', from, into);
    if (!part.isFirst) continue;
    const { understood } = part.group;
    for (const id of understood) if (!id.equals(before._id)) tally.merge('rooms', id, before._id);
    if (made !== null) tally.written.rooms++;
    else if (understood.some((id) => id.equals(before._id))) tally.there.rooms++;
  }
  progress.advance(plans.reduce((sum, { part }) => sum + part.messages.length, 0));
}
