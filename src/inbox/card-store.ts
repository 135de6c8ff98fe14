// What a card costs beside its bytes: its entry, its name, its buffer (measured: 630 bytes of memory each, for 100,000 cards of 1.5 kB).
const OVERHEAD = 640;

// How many used cards are passed over for one that goes: where all are in use, passing over a hundred thousand takes a second (measured) in which nobody is answered.
const MOST_PASSED_OVER = 100;

/** A room in one of its states, as text: its `_id` and its `revision`. */
export interface RoomState {
  readonly id: string;
  readonly revision: string;
}

/** A room's JSON as bytes, of one state of the room. */
export interface Card extends RoomState {
  readonly plain: Buffer;
  /** The same as a part of a gzip stream, made when first asked for. */
  packed: Buffer | null;
  /** Whether anybody asked for it since it was last passed over. */
  isUsed: boolean;
}

/** The cards of one tenant, in the order in which they came or were last passed over. */
interface Shelf {
  readonly cards: Map<string, Card>;
  bytes: number;
}

/**
 * Cards in memory, bounded in bytes. When they are too many, the tenant that is over its equal share pays with its oldest unused ones: one
 * that reads everything does not drive out the others.
 */
export class CardStore {
  private readonly shelves = new Map<string, Shelf>();
  private total = 0;
  private evictions = 0;

  /** `capacity`: bytes of all cards together. */
  constructor(private readonly capacity: number) {}

  /** Bytes that are taken now. */
  get bytes(): number {
    return this.total;
  }

  /** How many had to go for others so far. */
  get evicted(): number {
    return this.evictions;
  }

  /** The card of that name in that state, or null. */
  find(tenant: string, name: string, revision: string): Card | null {
    const card = this.shelves.get(tenant)?.cards.get(name);
    if (card?.revision !== revision) return null;
    card.isUsed = true;
    return card;
  }

  /** Keeps a card in place of the one of its name. */
  put(tenant: string, name: string, card: Card): void {
    const shelf = this.shelves.get(tenant) ?? { cards: new Map<string, Card>(), bytes: 0 };
    this.remove(tenant, shelf, name);
    this.shelves.set(tenant, shelf);
    shelf.cards.set(name, card);
    this.count(shelf, sizeOf(card));
    this.makeRoom(tenant);
  }

  /** Keeps the packed form of a card with it. */
  pack(tenant: string, name: string, card: Card, packed: Buffer): void {
    card.packed = packed;
    const shelf = this.shelves.get(tenant);
    if (shelf?.cards.get(name) !== card) return;
    this.count(shelf, packed.length);
    this.makeRoom(tenant);
  }

  private makeRoom(tenant: string): void {
    while (this.total > this.capacity) this.removeOldest(this.payer(tenant));
  }

  // Whoever is over the equal share; where that is not the tenant that has just taken more, there is another.
  private payer(tenant: string): string {
    const share = this.capacity / this.shelves.size;
    if ((this.shelves.get(tenant)?.bytes ?? 0) > share) return tenant;
    let [most, bytes] = [tenant, 0];
    for (const [name, shelf] of this.shelves) if (shelf.bytes > bytes) [most, bytes] = [name, shelf.bytes];
    return most;
  }

  private removeOldest(tenant: string): void {
    const shelf = this.shelves.get(tenant);
    let left = MOST_PASSED_OVER;
    for (const [name, card] of shelf?.cards ?? []) {
      if (shelf === undefined) return;
      if (!card.isUsed || left-- === 0) return this.evict(tenant, shelf, name);
      // A second chance, last in the order: a map keeps that in which its entries were set.
      card.isUsed = false;
      shelf.cards.delete(name);
      shelf.cards.set(name, card);
    }
  }

  private evict(tenant: string, shelf: Shelf, name: string): void {
    this.evictions++;
    this.remove(tenant, shelf, name);
  }

  private remove(tenant: string, shelf: Shelf, name: string): void {
    const card = shelf.cards.get(name);
    if (card === undefined) return;
    shelf.cards.delete(name);
    this.count(shelf, -sizeOf(card));
    if (shelf.cards.size === 0) this.shelves.delete(tenant);
  }

  private count(shelf: Shelf, bytes: number): void {
    shelf.bytes += bytes;
    this.total += bytes;
  }
}

function sizeOf({ plain, packed }: Card): number {
  return OVERHEAD + plain.length + (packed?.length ?? 0);
}
