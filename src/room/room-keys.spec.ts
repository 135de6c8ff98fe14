import mongoose from 'mongoose';

import { Batch } from '../mongo/index.js';
import { RoomKeys } from './room-keys.js';

const { BSON, ObjectId } = mongoose.mongo;
const keys = Array.from({ length: 7 }, (_, at) => ({ _id: new ObjectId(), revision: new ObjectId(), updated_date: new Date(1_000 * at) }));
const toBatch = (some: typeof keys): Batch => new Batch(Buffer.from(BSON.serialize(Object.fromEntries(some.entries()))));
const toKey = ({ _id, revision, updated_date }: (typeof keys)[number]): object => ({ id: _id.toHexString(), revision: revision.toHexString(), updatedDate: updated_date });

describe('RoomKeys', () => {
  const all = new RoomKeys([toBatch(keys.slice(0, 3)), toBatch([]), toBatch(keys.slice(3))]);

  it('has each key by its place, over all batches', () => {
    expect(all.toList()).toEqual(keys.map(toKey));
    expect(keys.map((_, place) => all.at(place))).toEqual(all.toList());
  });

  it('has none before the first and behind the last', () => {
    expect([all.at(-1), all.at(7), all.first(2).at(2), RoomKeys.none.at(0), RoomKeys.none.at(-1)]).toEqual([null, null, null, null, null]);
    expect([all.first(2).length, all.first(2).at(1)]).toEqual([2, all.at(1)]);
  });
});
