import { Injectable } from '@nestjs/common';

import { AuditRepository, type Actor } from '../../audit/index.js';
import { LocationRepository } from '../../location/index.js';
import { MessageUpkeepRepository, type MessageChange } from '../../message/index.js';
import type { Id, Looked } from '../../mongo/index.js';
import { RoomUpkeepRepository, type Message } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import type { Progress } from '../progress.js';
import { EraseRoom } from './erase-room.js';
import { EraseSessionRepository } from './erase-session.repository.js';
import { PersonUnclearError } from './erase.errors.js';
import { erasedMessage, isParticipant, isSender, toKind, type Person } from './person.js';
import { EraseCount, toRecorded, type Receipt } from './receipt.js';

/** Who is erased, and who erases. */
export interface EraseOptions {
  readonly user: string;
  /** The kinds of person that the id is meant of; null: the only one that it is found as. */
  readonly types: readonly string[] | null;
  readonly actor: Actor;
  readonly progress: Progress;
}

const AGENT = 'agent';

interface Erasing {
  readonly tenant: Tenant;
  readonly person: Person;
  readonly count: EraseCount;
  readonly progress: Progress;
}

/** People who want to be forgotten, forgotten. */
@Injectable()
export class EraseService {
  constructor(
    private readonly rooms: RoomUpkeepRepository,
    private readonly messages: MessageUpkeepRepository,
    private readonly locations: LocationRepository,
    private readonly audit: AuditRepository,
    private readonly sessions: EraseSessionRepository,
  ) {}

  /**
   * Takes the person's profile out of every room and message, by the tenant's setting what was said too, and removes where they were. A few
   * documents at a time, each room together with its preview; where it is stopped, the same again goes on.
   * @throws PersonUnclearError, DatabaseUnavailableError
   */
  async erase(tenant: Tenant, { user, types, actor, progress }: EraseOptions): Promise<Receipt> {
    progress.begin('looking for what the person is', null);
    const person = { id: user, types: new Set(types ?? (await this.findTypes(tenant, user))) };
    if (types === null && person.types.size > 1) throw new PersonUnclearError(user, [...person.types].sort());
    const count = new EraseCount();
    const erasing = { tenant, person, count, progress };
    await this.sessions.endLeft(tenant);
    progress.begin('messages of the person', null);
    await this.eraseMessages(erasing);
    progress.begin('rooms of the person', null);
    await this.eraseParticipants(erasing);
    if (person.types.has(AGENT)) await this.removeLocations(erasing);
    await this.sessions.forget(tenant);
    const receipt = count.toReceipt(tenant, user, person.types);
    await this.audit.append([{ actor, action: 'user erased', tenant: tenant.key, key: null, details: toRecorded(receipt) }]);
    return receipt;
  }

  private async findTypes(tenant: Tenant, id: string): Promise<ReadonlySet<string>> {
    const types = new Set<string>();
    const note = (type: string, isIt: (person: Person) => boolean): void => {
      if (isIt({ id, types: new Set([type]) })) types.add(type);
    };
    await walk((after) => this.messages.findOfPerson(tenant, after, id), (found) => {
      for (const message of found) note(toKind(message.user_type), (person) => isSender(message, person));
    });
    await walk((after) => this.rooms.findOfPerson(tenant, after, id), (found) => {
      for (const one of found.flatMap(({ participants }) => participants)) note(toKind(one.user_type), (person) => isParticipant(one, person));
    });
    const agentId = toAgentId(id);
    if (agentId !== null && (await this.locations.hasOf(tenant, agentId))) types.add(AGENT);
    return types;
  }

  private async eraseMessages(erasing: Erasing): Promise<void> {
    const { tenant, person, count, progress } = erasing;
    await walk((after) => this.messages.findOfPerson(tenant, after, person.id), async (found) => {
      const theirs = found.filter((message) => isSender(message, person));
      const changes = theirs.flatMap((message) => toChange(message, erasedMessage(message, tenant.settings.erase_messages)));
      const previews = await this.rooms.findPreviewIds(tenant, changes.map(({ room }) => room));
      const isPreview = ({ _id, room }: Placed): boolean => previews.get(room.toHexString()) === _id.toHexString();
      await this.messages.change(tenant, changes.filter((change) => !isPreview(change)));
      for (const change of changes.filter(isPreview)) await this.eraseInRoom(erasing, change.room, change);
      count.messages.found += theirs.length;
      count.messages.erased += changes.length;
      progress.advance(theirs.length);
    });
  }

  private async eraseParticipants(erasing: Erasing): Promise<void> {
    const { tenant, person, count, progress } = erasing;
    await walk((after) => this.rooms.findOfPerson(tenant, after, person.id), async (found) => {
      for (const room of found) {
        count.participants.found += room.participants.filter((one) => isParticipant(one, person)).length;
        if (EraseRoom.of(room, person, tenant).isNeeded) await this.eraseInRoom(erasing, room._id);
        progress.advance(1);
      }
    });
  }

  // Taken first: who writes meanwhile waits. The preview and its message change together; `message` also where another one is the preview by now.
  private async eraseInRoom({ tenant, person, count }: Erasing, id: Id, message?: MessageChange): Promise<void> {
    const erased = await this.messages.inTransaction(tenant, async (session) => {
      await this.sessions.note(tenant, session);
      const room = await this.rooms.take(tenant, id, session);
      const erased = room === null ? null : EraseRoom.of(room, person, tenant);
      if (erased !== null) await this.rooms.mend(tenant, id, erased.parts, session);
      await this.messages.change(tenant, [...(erased?.preview ?? []), ...(message === undefined ? [] : [message])], session);
      return erased?.participants ?? 0;
    });
    count.participants.erased += erased;
  }

  private async removeLocations({ tenant, person, count }: Erasing): Promise<void> {
    const agentId = toAgentId(person.id);
    if (agentId === null) return;
    for (let removed = 1; removed > 0; ) {
      removed = await this.locations.removeSomeOf(tenant, agentId);
      count.locations.found += removed;
      count.locations.erased += removed;
    }
  }
}

type Placed = Pick<Message, '_id' | 'room'>;

function toChange({ _id, room }: Message, fields: Partial<Message>): (MessageChange & Placed)[] {
  return Object.keys(fields).length === 0 ? [] : [{ _id, room, fields }];
}

/** Shows everything that is found, some documents at a time, to the end. */
async function walk<T>(look: (after: Id | null) => Promise<Looked<T>>, visit: (found: readonly T[]) => Promise<void> | void): Promise<void> {
  let after: Id | null = null;
  do {
    const { found, upTo }: Looked<T> = await look(after);
    await visit(found);
    after = upTo;
  } while (after !== null);
}

// In locations, and only there, an agent's id is a number.
function toAgentId(id: string): number | null {
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}
