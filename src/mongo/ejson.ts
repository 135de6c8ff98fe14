import mongoose from 'mongoose';

const { BSON } = mongoose.mongo;
const { EJSON } = BSON;

/** A document as it is stored, with MongoDB's own types for numbers. */
export type StoredDocument = Record<string, unknown>;

/** The longest document that MongoDB stores, in bytes. */
export const MOST_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** What a stored value is, as far as somebody asks. */
export type StoredKind = 'ObjectId' | 'date' | 'text' | 'number' | 'list' | 'document' | 'other';

/** The document as one line of canonical Extended JSON, which keeps the types that JSON has not. */
export function toCanonicalLine(document: StoredDocument): string {
  return EJSON.stringify(document, { relaxed: false });
}

/** The document of such a line. @throws Error that says what is wrong with it */
export function fromCanonicalLine(line: string): StoredDocument {
  const document: unknown = EJSON.parse(line, { relaxed: false });
  if (kindOf(document) !== 'document') throw new Error('it is no document');
  return document as StoredDocument;
}

/** How long the document is when it is stored, in bytes. */
export function storedBytes(document: StoredDocument): number {
  return BSON.calculateObjectSize(document);
}

/** The document as BSON, as the driver sends it. */
export function toBytes(document: StoredDocument): Buffer {
  const { buffer, byteOffset, byteLength } = BSON.serialize(document, { ignoreUndefined: false });
  return Buffer.from(buffer, byteOffset, byteLength);
}

const NUMBERS = new Set(['Int32', 'Double', 'Long', 'Decimal128']);

export function kindOf(value: unknown): StoredKind {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'date';
  if (typeof value !== 'object' || value === null) return 'other';
  const type = (value as { readonly _bsontype?: string })._bsontype;
  if (type === undefined) return 'document';
  if (type === 'ObjectId') return type;
  return NUMBERS.has(type) ? 'number' : 'other';
}
