import mongoose from 'mongoose';

import { toBrought } from '../../message/index.js';
import { newId, toDocument } from '../../mongo/index.js';
import { ofMessage, readStored } from './checksum.js';
import type { OldRoom } from './old-documents.js';
import { readMessage } from './old-message.js';

const { BSON, Binary, Decimal128, Double, Int32, Long } = mongoose.mongo;
const DATE = new Date('2023-01-01T10:00:00.000Z');
const ROOM: OldRoom = { id: newId(), fields: { room_name: 'room', type: 'agent_to_user' }, created: DATE, updated: null };
const BASE = { _id: newId(), room: ROOM.id, user_type: 'user', message: 'hello', auth_user_id: '5', created_date: DATE };
const TEXTS = ['', 'x', 'é€😀', 'a'.repeat(23), 'a'.repeat(24), 'a'.repeat(25), 'é'.repeat(5_000), 'a'.repeat(70_000), 'a'.repeat(1_099_300), 'a'.repeat(1_200_000), '\u0001', 'a\u0000b', '\uFEFFx', '\uD800'];

/** As the source sends it: the room's place is where its id was. */
const toBytes = (document: object): Buffer => Buffer.from(BSON.serialize({ ...document, room: 17 }));
const inSource = (bytes: Buffer): string => ofMessage(toDocument(bytes), DATE.getTime());
/** As the import stores what it reads. */
const stored = (bytes: Buffer): string => readStored(toBrought([readMessage(bytes, ROOM, () => undefined).unplaced], { room: ROOM.id, seq: 1 })).checksum;

describe('The checksum of a message', () => {
  it.each<[string, object]>([
    ...TEXTS.map((text): [string, object] => [`a text of ${text.length} characters`, { message: text }]),
    ...[true, false, 1, 0, '1', '0', 'true', 'false', '', null, new Double(1), Long.fromNumber(0), new mongoose.Types.ObjectId('0'.repeat(23) + '1')].map(
      (flag): [string, object] => [`is_media ${JSON.stringify(flag)}`, { is_media: flag }],
    ),
    ['an id in a text', { to_id: newId() }],
    ['numbers in texts', { to_id: 5, from_id: new Int32(6), vendor_id: Long.fromNumber(7), order_user_id: new Double(8), vendor_user_id: Decimal128.fromString('9') }],
    ['a flag in a text', { email: true }],
    ['a date in a text', { email: DATE }],
    ['nulls', { email: null, username: null }],
    ['a field that nobody knows', { whatever: new Binary(Buffer.from('x')) }],
    ['a field that begins with $', { $ref: 'rooms', $id: newId() }],
    ['a date as text', { created_date: DATE.toISOString() }],
  ])('is the same in the source and here, with %s', (_what, fields) => {
    const bytes = toBytes({ ...BASE, ...fields });
    expect(stored(bytes)).toBe(inSource(bytes));
    expect(readMessage(bytes, ROOM, () => undefined).checksum).toBe(inSource(bytes));
  });

  it('is the same of what is no UTF-8', () => {
    const bytes = toBytes({ ...BASE, message: 'hellö' });
    bytes[bytes.indexOf('hellö') + 'hell'.length] = 0xff;
    expect(stored(bytes)).toBe(inSource(bytes));
  });

  it.each([{ message: 'hello ' }, { message: null }, { auth_user_id: '6' }, { user_type: 'agent' }, { email: '' }, { is_media: false }, { created_date: new Date(0) }, { _id: newId() }])(
    'is another one where %j is stored',
    (others) => {
      expect(stored(toBytes({ ...BASE, ...others }))).not.toBe(inSource(toBytes(BASE)));
    },
  );

  it('goes with where the message is, whether it has to be decoded or not', () => {
    const serialize = (document: object): Buffer => Buffer.from(BSON.serialize(document));
    const message = { ...BASE, seq: 3 };
    const place = { room: ROOM.id.toHexString(), moment: DATE.getTime(), seq: 3 };
    expect(readStored(serialize(message))).toMatchObject(place);
    expect(readStored(serialize({ ...message, seq: new Double(3), whatever: new Binary(Buffer.from('x')) }))).toMatchObject(place);
  });
});
