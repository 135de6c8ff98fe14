import mongoose from 'mongoose';

import { ANONYMOUS, viewOf } from '../auth/index.js';
import { Batch, newId } from '../mongo/index.js';
import { RoomKeys } from '../room/index.js';
import { DEFAULT_SETTINGS, type Tenant } from '../tenancy/index.js';
import { RoomList, type Kept } from './room-list.js';

const tenant = { database: 'ace', updated_date: new Date(), settings: DEFAULT_SETTINGS } as Tenant;
const of = { tenant, look: { shape: 'whole', view: viewOf(tenant, ANONYMOUS) }, query: 'all' } as const;
const etagOf = (keys: RoomKeys): string => new RoomList(of, keys, null, {} as Kept).etag;

function keysOf(count: number): RoomKeys {
  const keys = Array.from({ length: count }, () => ({ _id: newId(), revision: newId(), updated_date: new Date() }));
  return new RoomKeys([new Batch(Buffer.from(mongoose.mongo.BSON.serialize(Object.fromEntries(keys.entries()))))]);
}

describe('The ETag of a list', () => {
  it('tells how many of the same keys are answered: instances may differ in how many rooms a list has', () => {
    const keys = keysOf(3);
    expect(new Set([etagOf(keys.first(1)), etagOf(keys.first(2)), etagOf(keys)]).size).toBe(3);
    expect(etagOf(keys.first(3))).toBe(etagOf(keys));
  });
});
