import { createHash } from 'node:crypto';

import type { RoomKey } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { Card, RoomState } from './card-store.js';
import { storedPart, toGzip } from './gzip-parts.js';
import type { PageEnd } from './list-page.js';
import type { Look, RoomCards } from './room-cards.js';

const BEGIN = toPart(Buffer.from('{"roomData":['));
const COMMA = toPart(Buffer.from(','));

interface Part {
  readonly plain: Buffer;
  readonly part: Buffer;
}

/** What a list is of. */
export interface ListOf {
  readonly tenant: Tenant;
  readonly look: Look;
  /** Tells the list from every other one of any tenant. */
  readonly query: string;
}

/** A list of rooms of which it is known which they are and in what state; the answer is put together when it is written. */
export class RoomList {
  /** Tells the answer of this moment from every other one of any list, but for `as_of`. */
  readonly etag: string;
  private readonly states: readonly RoomState[];

  constructor(
    private readonly of: ListOf,
    keys: readonly RoomKey[],
    private readonly end: PageEnd | null,
    private readonly cards: RoomCards,
  ) {
    this.states = keys;
    this.etag = toEtag(of, this.states, end);
  }

  /** The answer's bytes, and what tells them from others: a room may have moved since its key was read. @throws DatabaseUnavailableError */
  async write({ gzip }: { gzip: boolean }): Promise<{ bytes: Buffer; etag: string }> {
    const cards = await this.cards.get(this.of.tenant, this.of.look, this.states);
    return { bytes: gzip ? this.toGzip(cards) : this.toPlain(cards), etag: this.isOf(cards) ? this.etag : toEtag(this.of, cards, this.end) };
  }

  private isOf(cards: readonly Card[]): boolean {
    return cards.length === this.states.length && this.states.every(({ revision }, at) => cards[at]?.revision === revision);
  }

  private toPlain(cards: readonly Card[]): Buffer {
    return Buffer.concat([BEGIN.plain, ...cards.flatMap(({ plain }, at) => (at === 0 ? [plain] : [COMMA.plain, plain])), closing(this.end)]);
  }

  private toGzip(cards: readonly Card[]): Buffer {
    const packed = this.cards.packed(this.of.tenant, this.of.look, cards);
    const parts = cards.map(({ plain }, at) => ({ plain, part: packed[at] ?? storedPart(plain) }));
    return toGzip([BEGIN, ...parts.flatMap((part, at) => (at === 0 ? [part] : [COMMA, part])), toPart(closing(this.end))]);
  }
}

function closing(end: PageEnd | null): Buffer {
  return Buffer.from(`],${JSON.stringify({ status: true, statusCode: 200, ...end }).slice(1)}`);
}

function toPart(plain: Buffer): Part {
  return { plain, part: storedPart(plain) };
}

// Weak: the same list is the same whether it is packed or not.
function toEtag({ tenant, look, query }: ListOf, states: readonly RoomState[], end: PageEnd | null): string {
  const hash = createHash('sha1').update(JSON.stringify([tenant.updated_date, look.shape, look.view.id, end?.next_cursor === null])).update(query);
  for (const { id, revision } of states) hash.update(id).update(revision);
  return `W/"${hash.digest('base64url')}"`;
}
