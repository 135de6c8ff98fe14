import { eachElement, TYPES } from './bson-fields.js';

/** Documents as MongoDB has sent them: one BSON array, of which nothing is decoded. */
export class Batch {
  private readonly places: number[] = [];

  /** @throws Error where it is no array of documents */
  constructor(readonly bytes: Buffer) {
    const isOfDocuments = eachElement(bytes, 0, (type, _name, at) => {
      this.places.push(at);
      return type === TYPES.document;
    });
    if (!isOfDocuments) throw new Error('what MongoDB has sent is no list of documents');
  }

  /** How many there are. */
  get length(): number {
    return this.places.length;
  }

  /** What `read` makes of the document at a place. @throws RangeError where there is none */
  read<T>(place: number, read: (bytes: Buffer, at: number) => T): T {
    const at = this.places[place];
    if (at === undefined) throw new RangeError(`There is no document at ${place} of ${this.length}.`);
    return read(this.bytes, at);
  }

  /** What `read` makes of each document, which begins at `at` of `bytes`. */
  map<T>(read: (bytes: Buffer, at: number) => T): T[] {
    return this.places.map((at) => read(this.bytes, at));
  }

  /** Each document's own bytes. */
  documents(): Buffer[] {
    return this.map((bytes, at) => bytes.subarray(at, at + bytes.readInt32LE(at)));
  }
}
