import { fromCanonicalLine, kindOf, MOST_DOCUMENT_BYTES, storedBytes, type StoredDocument } from '../../mongo/index.js';
import type { StoredCollection } from '../stored-collections.js';
import type { Line } from './lines.js';

/** The document of a line as it is stored: marked where sockets would be told of it. @throws Error that says what is wrong with the line */
export function toLoadedDocument({ text }: Pick<Line, 'text'>, { name, needs, isPushed }: StoredCollection): StoredDocument {
  if (text === null) throw new Error('it is no UTF-8');
  const document = { ...parse(text), ...(isPushed ? { brought_in: true } : {}) };
  for (const [field, kind] of Object.entries(needs)) {
    if (kindOf(document[field as keyof typeof document]) !== kind) throw new Error(`a document of ${name} says ${field} (${kind}), and this one does not`);
  }
  const bytes = storedBytes(document);
  if (bytes > MOST_DOCUMENT_BYTES) throw new Error(`the document is too large: ${bytes} bytes, and MongoDB stores ${MOST_DOCUMENT_BYTES} at most`);
  return document;
}

function parse(text: string): StoredDocument {
  try {
    return fromCanonicalLine(text);
  } catch (error) {
    throw new Error(`it is no document in Extended JSON: ${(error as Error).message}`, { cause: error });
  }
}
