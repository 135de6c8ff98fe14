import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { BroughtMessageRepository, MessageRepository } from '../../message/index.js';
import { DatabaseUnavailableError, type Id } from '../../mongo/index.js';
import { BroughtRoomRepository, type Room } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { inBatches, inSweeps } from './batches.js';
import { takeCensus, type Share } from './census.js';
import { ImportRefusedError } from './import.errors.js';
import { ImportSessionRepository } from './import-session.repository.js';
import type { OldPart } from './old-group.js';
import { OldParts } from './old-parts.js';
import type { Deployment, SameName } from './old-query.js';
import { NotUnderstoodError } from './old-values.js';
import { toPlan, type Plan } from './plan.js';
import type { Progress } from '../progress.js';
import type { OfRooms, SourceRepository } from './source.repository.js';
import { Sweep } from './sweep.js';
import type { Tally } from './tally.js';
import { Verification } from './verification.js';

/** What is moved in, and how. */
export interface ImportOptions {
  readonly deployment: Deployment;
  /** Only participants and messages of this id and later ones; null: all. */
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

const MOST_TRIES = 6;
const PAUSE_MS = 1_000;

/** Moves a deployment of the replaced service into a tenant. */
@Injectable()
export class ImportService {
  constructor(
    private readonly rooms: BroughtRoomRepository,
    private readonly brought: BroughtMessageRepository,
    private readonly messages: MessageRepository,
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
    await this.sessions.endLeft(tenant);
    run.progress.begin('counting the source', null);
    const census = await takeCensus(run.source, run, run.tally);
    for await (const { _id: id } of run.source.findOddRooms(run.deployment)) {
      run.tally.read('rooms');
      run.tally.misunderstand('rooms', id, new NotUnderstoodError('_id', id, 'an ObjectId'));
    }
    run.progress.begin('messages', census.chats.ours);
    for await (const names of inSweeps(run.source.sameNames(run.deployment))) await this.bringSweep(run, names);
    await this.sessions.forget(tenant);
    return census;
  }

  private async check({ tenant, source, deployment, intoExisting }: Run): Promise<void> {
    if (!(await source.has(deployment))) throw new ImportRefusedError('The source has no room of this deployment: --split lists those that it has.');
    if (intoExisting || !(await this.rooms.hasOthers(tenant, source.identity))) return;
    throw new ImportRefusedError(`Tenant ${tenant.key} has rooms that this source did not bring. Where they may stay together, say --into-existing.`);
  }

  private async bringSweep(run: Run, names: readonly SameName[]): Promise<void> {
    const sweep = await Sweep.begin(run.source, names, run.from);
    let verifying = Promise.resolve();
    for await (const slice of sweep.slices(run.tally)) {
      await this.bringSlice(run, new OldParts(slice, sweep.sources, run.tally));
      // While one slice is compared, the next is brought.
      await verifying;
      verifying = run.dryRun ? verifying : this.verification.compare(run.tenant, { slice, source: run.source.identity, from: run.from }, run.tally);
      verifying.catch(() => undefined);
    }
    await verifying;
  }

  private async bringSlice(run: Run, all: OldParts): Promise<void> {
    let storing = Promise.resolve();
    for await (const parts of inBatches(all.read())) {
      // While one batch is stored, the next is read; never two at once, so that a room's messages are stored in their order.
      await storing;
      storing = this.bring(run, parts);
      storing.catch(() => undefined);
    }
    await storing;
  }

  private async bring(run: Run, parts: readonly OldPart[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const plans = await this.plan(run, parts, tries > 1);
        if (!run.dryRun) await this.store(run.tenant, plans);
        count(run, plans);
        return;
      } catch (error) {
        if (tries === MOST_TRIES || !isPassing(error)) throw error instanceof DatabaseUnavailableError ? error : toStopped(error);
        // What an election takes at most, all tries together.
        await delay(tries * PAUSE_MS);
      }
    }
  }

  private async plan({ tenant, source }: Run, parts: readonly OldPart[], isCareful: boolean): Promise<Plan[]> {
    const heads = parts.map(({ group }) => group.head);
    const found = await this.rooms.find(tenant, { names: heads.map(({ fields }) => fields.room_name), ids: parts.flatMap(({ group }) => group.ids) });
    const rooms = parts.map((part) => roomOf(part, found));
    // Of a room that is not here, nothing is.
    const asked = parts.filter((_, at) => isCareful || rooms[at] !== null).flatMap((part) => part.messages.map(({ _id }) => _id));
    const messages = asked.length === 0 ? new Set<string>() : await this.brought.findStored(tenant, asked);
    return parts.map((part, at) => toPlan(part, { room: rooms[at] ?? null, messages, source: source.identity }));
  }

  private async store(tenant: Tenant, plans: readonly Plan[]): Promise<void> {
    const made = plans.flatMap((plan) => plan.made ?? []);
    const changed = plans.flatMap((plan) => plan.changed ?? []);
    const merged = plans.flatMap((plan) => plan.merged);
    const messages = plans.flatMap((plan) => plan.messages);
    if (made.length + changed.length + merged.length === 0) return;
    await this.messages.inTransaction(tenant, async (session) => {
      await this.sessions.note(tenant, session);
      if (!(await this.rooms.store(tenant, { made, changed, merged }, session))) throw new OutdatedError();
      if (messages.length > 0) await this.brought.insert(tenant, messages, session);
    });
  }
}

const DUPLICATE_KEY = 11_000;

/** A room is no longer as it was seen. */
class OutdatedError extends Error {
  constructor() {
    super('rooms that are moved in change all the time');
  }
}

// Then it has to be looked at again what is stored.
function isPassing(error: unknown): boolean {
  return error instanceof OutdatedError || error instanceof DatabaseUnavailableError || (error as { code?: unknown }).code === DUPLICATE_KEY;
}

function toStopped(error: unknown): ImportRefusedError {
  const { message } = error as Error;
  return new ImportRefusedError(`The tenant's database does not take what is brought: ${message}. What it has is whole; run the same command again when it takes more.`, error);
}

// A room that is here under the id of one of them stays the same whatever its name is now.
function roomOf({ group: { ids, head } }: OldPart, found: readonly Room[]): Room | null {
  const here = found.filter((room) => ids.some((id) => id.equals(room._id)) || room.room_name === head.fields.room_name);
  return here.find((room) => ids.some((id) => id.equals(room._id))) ?? here[0] ?? null;
}

function count({ tally, progress }: Run, plans: readonly Plan[]): void {
  for (const { part, before, made, messages, joined, same } of plans) {
    tally.written.chats += messages.length;
    tally.there.chats += part.messages.length - messages.length;
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
