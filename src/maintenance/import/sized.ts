import { toDocument } from '../../mongo/index.js';
import type { OldDocument } from './old-documents.js';
import { NotUnderstoodError } from './old-values.js';

/** A document of the source, and as it is there. */
export interface Sized {
  readonly document: OldDocument;
  readonly bytes: Buffer;
}

// A room is one document here, with everybody in it and its newest message, and MongoDB stores 16 MB.
const MOST_BYTES = 1024 * 1024;

/** How much all participants of one room may be together, in bytes: here small ones are up to twice as long. */
export const MOST_PARTICIPANTS_BYTES = 4 * 1024 * 1024;

/** Decodes what the source has. */
export function toSized(bytes: Buffer): Sized {
  return { document: toDocument(bytes), bytes };
}

/** @throws NotUnderstoodError where the document is larger than any that is moved in */
export function checkSize({ length }: Buffer): void {
  if (length > MOST_BYTES) throw new NotUnderstoodError('size in bytes', length, `at most ${MOST_BYTES}`);
}
