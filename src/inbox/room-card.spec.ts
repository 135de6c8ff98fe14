import mongoose from 'mongoose';

import { fc } from '../../test/support/properties.js';
import { ANONYMOUS, viewOf } from '../auth/index.js';
import { toDocument } from '../mongo/index.js';
import { PREVIEW_FIELDS } from '../message/index.js';
import { PARTICIPANT_FIELDS } from '../participant/index.js';
import { ROOM_FIELDS, toWireRoom, type Room } from '../room/index.js';
import { DEFAULT_SETTINGS, type Tenant } from '../tenancy/index.js';
import { BsonToJson } from './bson-to-json.js';
import { toCard, toRoomCard, type Shape } from './room-card.js';

const { BSON, ObjectId, Long, Double, Int32, Decimal128, Binary, Timestamp, MinKey, MaxKey, Code, DBRef } = mongoose.mongo;

const id = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes));
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\0', '\u001f', '\u007f', '\u2028', '\ufeff', 'ß', '漢', '😀') }),
  fc.string({ minLength: 200, maxLength: 2_000 }),
);
const date = fc.oneof(fc.date(), fc.date({ min: new Date('2026-01-01'), max: new Date('2026-01-03') }));
const integer = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer());
const long = fc.oneof(integer.map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((value) => Long.fromBigInt(value));
const double = fc.oneof(fc.double(), integer).map((value) => new Double(value));
const value: fc.Arbitrary<unknown> = fc.oneof(text, text, id, date, fc.boolean(), fc.constant(null), integer.map((number) => new Int32(number)), long, double);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(Decimal128.fromString('1.5'), new Binary(Buffer.from('odd')), new Timestamp({ t: 1, i: 2 }), new MinKey(), new MaxKey(), new Code('odd'), /odd/i, undefined),
  fc.constantFrom([1, 'two'], [null], { three: '3' }, [], {}, [[]], new DBRef('rooms', new ObjectId()), { $ref: 'rooms', $id: 1 }),
);

/** Documents with any of these fields and of others, in any order; `strange` ones also with values of types that no room has. */
function documents(fields: readonly string[], strange: boolean): fc.Arbitrary<object> {
  const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, fc.constantFrom('seq', 'updated_before', 'von Hand', 'größe', 'room_ie', ''));
  const any = strange ? fc.oneof({ weight: 9, arbitrary: value }, odd) : value;
  return fc.uniqueArray(fc.tuple(key, any), { selector: ([name]) => name, maxLength: 40 }).map((entries) => Object.fromEntries(entries));
}

function rooms(strange: boolean): fc.Arbitrary<object> {
  const participants = fc.array(documents(PARTICIPANT_FIELDS, strange), { maxLength: 20 });
  const lastMessage = fc.option(documents(PREVIEW_FIELDS, strange));
  const some = strange ? { participants: fc.oneof(participants, odd), last_message: fc.oneof(lastMessage, odd) } : { participants, last_message: lastMessage };
  const fixed = fc.record({ ...some, revision: id });
  const tuple = fc.tuple(id, documents(ROOM_FIELDS, strange), fixed, fc.boolean());
  return tuple.map(([name, room, more, isLast]) => Object.assign({ _id: name }, isLast ? room : more, isLast ? more : room, { _id: name }));
}

const ORDINARY = { whole: toRoomCard, alone: toWireRoom } as const;
const SHAPES = Object.keys(ORDINARY) as Shape[];
const PLAIN = viewOf({ settings: DEFAULT_SETTINGS } as Tenant, ANONYMOUS);

const toBytes = (room: object): Buffer => Buffer.from(BSON.serialize(room, { ignoreUndefined: false }));

/** What the card's bytes say, or how making them failed. */
function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

function ordinary(bytes: Buffer, shape: Shape): unknown {
  const room = toDocument(bytes) as Room;
  return [room._id.toHexString(), room.revision.toHexString(), JSON.stringify(ORDINARY[shape](room, PLAIN))];
}

function written(bytes: Buffer, shape: Shape): unknown {
  const { id: name, revision, plain } = toCard(bytes, shape, PLAIN);
  return [name, revision, plain.toString()];
}

describe.each(SHAPES)("A room's card, %s", (shape) => {
  it.each([false, true])('is what decoding, picking and JSON.stringify give, whatever the room holds (also strange types: %s)', (strange) => {
    fc.assert(
      fc.property(rooms(strange), (room) => {
        const bytes = toBytes(room);
        expect(attempt(() => written(bytes, shape))).toEqual(attempt(() => ordinary(bytes, shape)));
      }),
      { numRuns: 500 },
    );
  });

  it('has replacement characters where a text is not UTF-8', () => {
    for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xc0, 0x80], [0x22, 0xff]]) {
      const mark = '#'.repeat(bad.length);
      const bytes = toBytes({ _id: new ObjectId(), room_name: `a${mark}b`, revision: new ObjectId(), participants: [], last_message: null });
      bytes.set(bad, bytes.indexOf(`a${mark}b`) + 1);
      expect(written(bytes, shape)).toEqual(ordinary(bytes, shape));
      expect(toCard(bytes, shape, PLAIN).plain.toString()).toContain('\ufffd');
    }
  });

  it('is of a room of any size', () => {
    const bytes = toBytes({ _id: new ObjectId(), room_name: '\u0001'.repeat(1_000_000), revision: new ObjectId(), participants: [], last_message: null });
    expect(written(bytes, shape)).toEqual(ordinary(bytes, shape));
  });
});

describe('BsonToJson', () => {
  const names = new BsonToJson(['b', 'a']);

  it('writes what a document has of its fields, in its order', () => {
    expect(names.toJson(toBytes({ a: 1, c: 2, b: 'two' }))?.toString()).toBe('{"b":"two","a":1}');
    expect(names.toJson(toBytes({}))?.toString()).toBe('{}');
  });

  it('leaves to decoding what it does not know', () => {
    for (const a of [Decimal128.fromString('1'), Long.MAX_VALUE, {}, []]) expect(names.toJson(toBytes({ a }))).toBeNull();
  });
});
