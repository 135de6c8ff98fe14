import mongoose from 'mongoose';

import { Batch } from './batch.js';

const { BSON } = mongoose.mongo;
// An array is written as a document whose names are its places.
const toArray = (values: readonly unknown[]): Buffer => Buffer.from(BSON.serialize(Object.fromEntries(values.entries())));

describe('Batch', () => {
  it('has the documents of an array, each with its own bytes', () => {
    const documents = Array.from({ length: 12 }, (_, at) => ({ _id: at, name: 'x'.repeat(at) }));
    const batch = new Batch(toArray(documents));
    expect(batch.length).toBe(12);
    expect(batch.documents().map((bytes) => BSON.deserialize(bytes))).toEqual(documents);
    expect(batch.map((bytes, at) => bytes.readInt32LE(at))).toEqual(batch.documents().map(({ length }) => length));
  });

  it('can be empty', () => {
    expect([new Batch(toArray([])).length, new Batch(toArray([])).documents()]).toEqual([0, []]);
  });

  it.each([
    ['numbers', toArray([1, 2])],
    ['a document and a text', toArray([{ a: 1 }, 'b'])],
    ['a cut array', toArray([{ a: 1 }, { a: 2 }]).subarray(0, -4)],
  ])('is not made of %s', (_, bytes) => {
    expect(() => new Batch(bytes)).toThrow();
  });
});
