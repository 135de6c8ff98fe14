import { Inject, Injectable } from '@nestjs/common';

import type { View } from '../auth/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import { RoomService, toCheckedId } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { CardStore, type Card, type RoomState } from './card-store.js';
import { packedPart } from './gzip-parts.js';
import { LISTS_SHARE } from './list-answers.js';
import { toCard, type Shape } from './room-card.js';

// Packing a card takes about 40 µs (measured, 1.5 kB): a list of thousands that were never packed goes out partly as it is, and the next one less so.
const PACKED_AT_ONCE = 100;

/** What of rooms is shown, and as whom it is seen. */
export interface Look {
  readonly shape: Shape;
  readonly view: View;
}

/** The rooms' answers, made once for each state of a room and kept in memory as bytes. */
@Injectable()
export class RoomCards {
  private readonly store: CardStore;

  constructor(
    private readonly rooms: RoomService,
    private readonly metrics: Metrics,
    @Inject(CONFIG) config: Config,
  ) {
    this.store = new CardStore(config.limits.cards * (1 - LISTS_SHARE));
    metrics.gauge({ name: 'anteroom_room_cards_bytes', help: 'Memory that rooms as lists answer them take.' }, () => this.store.bytes);
    metrics.total({ name: 'anteroom_room_cards_evicted_total', help: 'Rooms as lists answer them that had to go for others.' }, () => this.store.evicted);
  }

  /** The cards of these rooms, in their order, in this state or a newer one; a room that is gone has none. Reads what is not there in one command. */
  async get(tenant: Tenant, look: Look, states: readonly RoomState[]): Promise<Card[]> {
    const nameOf = namesIn(tenant, look);
    const found = states.map(({ id, revision }) => this.store.find(tenant.database, nameOf(id), revision));
    const missing = states.filter((_, at) => found[at] === null);
    this.metrics.cardHits.inc(states.length - missing.length);
    if (missing.length === 0) return found as Card[];
    this.metrics.cardMisses.inc(missing.length);
    const made = await this.make(tenant, look, missing);
    return states.flatMap(({ id }, at) => found[at] ?? made.get(id) ?? []);
  }

  /** The cards' packed forms, for a gzip stream; null where too many would have to be made at once. */
  packed(tenant: Tenant, look: Look, cards: readonly Card[]): (Buffer | null)[] {
    const nameOf = namesIn(tenant, look);
    let left = PACKED_AT_ONCE;
    return cards.map((card) => {
      if (card.packed === null && left-- > 0) this.store.pack(tenant.database, nameOf(card.id), card, packedPart(card.plain));
      return card.packed;
    });
  }

  private async make(tenant: Tenant, look: Look, states: readonly RoomState[]): Promise<Map<string, Card>> {
    const nameOf = namesIn(tenant, look);
    const made = new Map<string, Card>();
    const ids = states.map(({ id }) => toCheckedId(id));
    await this.rooms.read(tenant, ids, (room) => {
      const card = toCard(room, look.shape, look.view);
      made.set(card.id, card);
      this.store.put(tenant.database, nameOf(card.id), card);
    });
    return made;
  }
}

// A change of the tenant's settings may change what its rooms look like.
function namesIn({ updated_date }: Tenant, { shape, view }: Look): (id: string) => string {
  const edition = `${shape}/${view.id}/${updated_date.getTime()}/`;
  return (id) => edition + id;
}
