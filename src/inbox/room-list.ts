import { createHash } from 'node:crypto';

import type { RoomKeys } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { Card, RoomState } from './card-store.js';
import { storedPart, toGzip } from './gzip-parts.js';
import type { ListAnswers } from './list-answers.js';
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

/** An answer as bytes. */
export interface WrittenList {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** What is kept of lists and of their rooms. */
export interface Kept {
  readonly cards: RoomCards;
  readonly answers: ListAnswers;
}

/** A list of rooms of which it is known which they are and in what state; the answer is put together when it is written. */
export class RoomList {
  /** Tells the answer of this moment from every other one of any list, but for `as_of`. */
  readonly etag: string;

  constructor(
    private readonly of: ListOf,
    private readonly keys: RoomKeys,
    private readonly end: PageEnd | null,
    private readonly kept: Kept,
  ) {
    this.etag = toEtag(of, keys, end);
  }

  /** The answer's bytes, and what tells them from others: a room may have moved since its key was read. @throws DatabaseUnavailableError */
  async write({ gzip }: { gzip: boolean }): Promise<WrittenList> {
    // A page says when it was read, and so is never the same twice.
    return this.end === null ? this.writeWhole(gzip) : this.writeAnew(gzip);
  }

  private async writeWhole(gzip: boolean): Promise<WrittenList> {
    const { tenant, look, query } = this.of;
    const name = `${gzip ? 'gzip' : 'plain'}/${look.view.id}/${query}`;
    const known = this.kept.answers.find(tenant, name, { etag: this.etag, rooms: this.keys.length });
    if (known !== null) return { bytes: known, etag: this.etag };
    const written = await this.writeAnew(gzip);
    if (written.isLasting) this.kept.answers.keep(tenant, name, written);
    return written;
  }

  private async writeAnew(gzip: boolean): Promise<WrittenList & { readonly isLasting: boolean }> {
    const states = this.keys.toList();
    const cards = await this.kept.cards.get(this.of.tenant, this.of.look, states);
    const isAsAsked = isOf(states, cards);
    const bytes = gzip ? this.toGzip(cards) : this.toPlain(cards);
    // Where not everything could be packed yet, the next answer will be smaller.
    return { bytes, etag: isAsAsked ? this.etag : this.etagOf(cards), isLasting: isAsAsked && (!gzip || cards.every(({ packed }) => packed !== null)) };
  }

  // Never the ETag of the same rooms' keys: whoever sends it back is answered in full once more.
  private etagOf(cards: readonly Card[]): string {
    return toEtag(this.of, { length: cards.length, bytes: [Buffer.from(JSON.stringify(cards.map(({ id, revision }) => [id, revision])))] }, this.end);
  }

  private toPlain(cards: readonly Card[]): Buffer {
    return Buffer.concat([BEGIN.plain, ...cards.flatMap(({ plain }, at) => (at === 0 ? [plain] : [COMMA.plain, plain])), closing(this.end)]);
  }

  private toGzip(cards: readonly Card[]): Buffer {
    const packed = this.kept.cards.packed(this.of.tenant, this.of.look, cards);
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

function isOf(states: readonly RoomState[], cards: readonly Card[]): boolean {
  return cards.length === states.length && states.every(({ revision }, at) => cards[at]?.revision === revision);
}

// Weak: the same list is the same whether it is packed or not.
function toEtag({ tenant, look, query }: ListOf, { length, bytes }: Pick<RoomKeys, 'length' | 'bytes'>, end: PageEnd | null): string {
  // How many of the keys are answered is not in their bytes.
  const hash = createHash('sha1').update(JSON.stringify([tenant.updated_date, look.shape, look.view.id, end?.next_cursor === null, query, length]));
  for (const part of bytes) hash.update(part);
  return `W/"${hash.digest('base64url')}"`;
}
