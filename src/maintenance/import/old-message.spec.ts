import fc from 'fast-check';
import mongoose from 'mongoose';

import { PREVIEW_FIELDS, toBrought } from '../../message/index.js';
import { newId, toDocument } from '../../mongo/index.js';
import { toMended, type OldDocument, type OldRoom } from './old-documents.js';
import { readMessage } from './old-message.js';
import { NotUnderstoodError } from './old-values.js';

const { BSON, Binary, Double, Long } = mongoose.mongo;
const DATE = new Date('2023-01-01T10:00:00.000Z');
const ROOM: OldRoom = { id: newId(), fields: { room_name: 'room', type: 'agent_to_user' }, created: DATE, updated: null };
const PLACE = { room: newId(), seq: 70_000 };
const A_DAY_MS = 24 * 60 * 60 * 1_000;
const BASE = { _id: newId(), room: 3, user_type: 'user', message: 'hello', created_date: DATE };

const toBytes = (document: object): Buffer => Buffer.from(BSON.serialize(document));

interface Read {
  readonly stored: OldDocument;
  readonly moment: number;
  readonly leftOut: readonly string[];
}

function read(bytes: Buffer): Read {
  const leftOut: string[] = [];
  const message = readMessage(bytes, ROOM, (field) => leftOut.push(field));
  return { stored: toDocument(toBrought([message.unplaced], PLACE)), moment: message.moment, leftOut };
}

/** The same, all of it decoded. */
function decoded(bytes: Buffer): Read {
  const leftOut: string[] = [];
  const mended = toMended(toDocument(bytes), ROOM, (field) => leftOut.push(field));
  return { stored: toDocument(toBytes({ ...mended, ...PLACE, brought_in: true })), moment: (mended.created_date as Date).getTime(), leftOut };
}

/** What it answers, or what it says is wrong. */
function tried(work: () => Read): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotUnderstoodError) return error.message;
    throw error;
  }
}

describe('A message of the source', () => {
  it('is stored in its place with all that it says, and marked', () => {
    const bytes = toBytes({ ...BASE, email: null, is_media: false, __v: 2 });
    expect(read(bytes)).toEqual({ stored: { ...BASE, email: null, is_media: false, __v: 2, ...PLACE, brought_in: true }, moment: DATE.getTime(), leftOut: [] });
  });

  it.each<[string, object]>([
    ['a room that stands before its id', { room: 3, _id: BASE._id, message: 'x', created_date: DATE }],
    ['a room that stands last', { _id: BASE._id, message: 'x', room: 3 }],
    ['a field that nobody knows', { ...BASE, whatever: 'x' }],
    ['a field of ours', { ...BASE, seq: 9, brought_in: false }],
    ['a field whose name begins with $', { ...BASE, $ref: 'rooms', $id: newId() }],
    ['no date', { ...BASE, created_date: null }],
    ['a date as text', { ...BASE, created_date: '2023-05-01T00:00:00Z' }],
    ['a date in milliseconds', { ...BASE, created_date: Long.fromNumber(DATE.getTime()) }],
    ['a date before 1970', { ...BASE, created_date: new Date(-1) }],
    ['a date that has not come', { ...BASE, created_date: new Date(Date.now() + 2 * A_DAY_MS) }],
    ['a number as text', { ...BASE, __v: '4' }],
    ['a number of another type', { ...BASE, __v: new Double(4) }],
    ['a number that is none', { ...BASE, __v: 1.5 }],
    ['a flag as number', { ...BASE, is_media: 1 }],
    ['a list in a text', { ...BASE, message: ['x'] }],
    ['a document in a text', { ...BASE, message: { $ne: 1 } }],
    ['bytes in a text', { ...BASE, message: new Binary(Buffer.from('x')) }],
    ['an id that is none', { ...BASE, _id: 'x' }],
  ])('is understood the same whether it is decoded or not, with %s', (_what, document) => {
    const bytes = toBytes(document);
    expect(tried(() => read(bytes))).toEqual(tried(() => decoded(bytes)));
  });

  it('is understood the same with a date that is further away than any here', () => {
    const bytes = toBytes(BASE);
    bytes.writeBigInt64LE(-8_640_000_000_000_001n, bytes.indexOf('created_date\0') + 'created_date\0'.length);
    expect(tried(() => read(bytes))).toEqual(tried(() => decoded(bytes)));
    expect(tried(() => read(bytes))).toBe('created_date is a date that is too far away and not text');
  });

  it.each(['message', 'room_name'])('has replacement characters where its %s is no UTF-8', (field) => {
    const bytes = toBytes({ ...BASE, [field]: 'hellö' });
    bytes[bytes.indexOf('hellö') + 'hell'.length] = 0xff;
    expect(read(bytes).stored[field]).toBe('hell\uFFFD\uFFFD');
  });

  it('has a field once that is there twice', () => {
    const bytes = toBytes({ ...BASE, emaiI: 'first', email: 'second' });
    bytes.write('email', bytes.indexOf('emaiI'));
    const { stored } = read(bytes);
    expect(stored.email).toBe('second');
    expect(Object.keys(stored).filter((field) => field === 'email')).toHaveLength(1);
    expect(toBrought([readMessage(bytes, ROOM, () => undefined).unplaced], PLACE).toString('latin1').split('email\0')).toHaveLength(2);
  });

  it('is understood the same whether it is decoded or not, whatever its fields are', () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
      fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 2 ** 40, 0.5, '', '1', DATE, newId(), Long.MAX_VALUE, [], {}),
    );
    const fields = fc.dictionary(fc.constantFrom(...PREVIEW_FIELDS.filter((field) => !['_id', 'room'].includes(field)), 'whatever', 'seq'), value);
    fc.assert(
      fc.property(fields, (some) => {
        const bytes = toBytes({ ...BASE, ...some });
        // Of several faults the first that is met is told.
        const [one, other] = [tried(() => read(bytes)), tried(() => decoded(bytes))];
        if (typeof other === 'string') expect(typeof one).toBe('string');
        else expect(one).toEqual(other);
      }),
      { numRuns: 2_000 },
    );
  });
});
