import { Injectable } from '@nestjs/common';

import type { Id } from '../../mongo/index.js';
import type { Tenant } from '../../tenancy/index.js';
import type { Progress } from '../progress.js';
import { inBatches, inSweeps } from './batches.js';
import { OldParts } from './old-parts.js';
import type { Deployment, SameName } from './old-query.js';
import { NotUnderstoodError } from './old-values.js';
import { Overlap } from './overlap.js';
import { PartStore } from './part-store.js';
import type { Plan } from './plan.js';
import type { SourceRepository } from './source.repository.js';
import { Sweep } from './sweep.js';
import type { Tally } from './tally.js';
import { tryAgain } from './trying.js';
import { Verification } from './verification.js';

/** Whose rooms are brought, and how. */
export interface RoomOptions {
  readonly source: SourceRepository;
  readonly deployment: Deployment;
  /** Only participants and messages of this id and later ones; null: all. */
  readonly from: Id | null;
  readonly dryRun: boolean;
  readonly tally: Tally;
  readonly progress: Progress;
  /** Ends it, before the next rooms are brought. */
  readonly signal: AbortSignal;
}

type Run = RoomOptions & { readonly tenant: Tenant };

// So that MongoDB has something to store while it is waited for what it has stored.
const STORED_AT_ONCE = 2;

/** Moves in rooms with everybody in them and all their messages. */
@Injectable()
export class RoomImport {
  constructor(
    private readonly parts: PartStore,
    private readonly verification: Verification,
  ) {}

  /** Brings what is missing, room by room, and compares what is stored. @throws ImportRefusedError, SourceAwayError, DatabaseUnavailableError */
  async bring(tenant: Tenant, options: RoomOptions): Promise<void> {
    const run = { tenant, ...options };
    for await (const { _id: id } of run.source.findOddRooms(run.deployment)) {
      run.tally.read('rooms');
      run.tally.misunderstand('rooms', id, new NotUnderstoodError('_id', id, 'an ObjectId'));
    }
    for await (const names of inSweeps(run.source.sameNames(run.deployment))) await this.bringSweep(run, names);
  }

  private async bringSweep(run: Run, names: readonly SameName[]): Promise<void> {
    const sweep = await Sweep.begin(run.source, names, run.from);
    let verifying = Promise.resolve();
    try {
      for await (const slice of sweep.slices(run.tally)) {
        run.signal.throwIfAborted();
        await this.bringSlice(run, new OldParts(slice, sweep.sources, run.tally));
        // While one slice is compared, the next is brought.
        await verifying;
        verifying = run.dryRun ? verifying : tryAgain(() => this.verification.compare(run.tenant, { slice, source: run.source.identity, from: run.from }, run.tally));
        verifying.catch(() => undefined);
      }
      await verifying;
    } finally {
      await Promise.allSettled([verifying, sweep.close()]);
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
