import { isUtf8 } from 'node:buffer';

import { BsonFields, eachElement, TYPES } from '../mongo/index.js';
import { JsonOutput } from './json-output.js';

/** A field that is written under another name as a list: of the documents of its array, or of its document, none where it is null. */
export interface ListField {
  readonly name: string;
  readonly as: string;
  readonly holds: 'array' | 'document or null';
  readonly of: BsonToJson;
}

// A control character's byte becomes six; nothing else grows as much.
const MOST_PER_BYTE = 6;
// Documents up to 40 kB need no buffer of their own.
const USUAL = Buffer.allocUnsafeSlow(2 ** 18);

/** Writes the JSON of a document's fields from its BSON, without decoding it: in this order, absent ones left out. */
export class BsonToJson {
  private readonly found: BsonFields;
  private readonly fields: readonly { readonly key: Buffer; readonly list: ListField | null }[];

  constructor(fields: readonly (string | ListField)[]) {
    const all = fields.map((field) => (typeof field === 'string' ? { name: field, as: field, list: null } : { ...field, list: field }));
    this.found = new BsonFields(all.map(({ name }) => name));
    this.fields = all.map(({ as, list }) => ({ key: Buffer.from(`,${JSON.stringify(as)}:`), list }));
  }

  /**
   * Byte for byte what decoding, picking and `JSON.stringify` give; null where only they can tell: another type of values, invalid UTF-8,
   * something else where documents should be.
   */
  toJson(bytes: Buffer): Buffer | null {
    const most = bytes.length * MOST_PER_BYTE;
    const output = new JsonOutput(most <= USUAL.length ? USUAL : Buffer.allocUnsafeSlow(most));
    if (!this.write(bytes, 0, output)) return null;
    const json = output.copy();
    return isUtf8(json) ? json : null;
  }

  private write(bytes: Buffer, start: number, output: JsonOutput): boolean {
    const { found, fields } = this;
    if (!found.find(bytes, start)) return false;
    output.begin('{');
    for (const [index, { key, list }] of fields.entries()) {
      const type = found.types[index] ?? 0;
      const place = found.places[index] ?? 0;
      if (type === 0 && list === null) continue;
      output.key(key);
      if (list === null ? !writeValue(bytes, type, place, output) : !list.of.writeList(bytes, type, place, list, output)) return false;
    }
    output.end('}');
    return true;
  }

  private writeList(bytes: Buffer, type: number, place: number, { holds }: ListField, output: JsonOutput): boolean {
    output.begin('[');
    const isWritten = holds === 'array' ? type === TYPES.array && this.writeEach(bytes, place, output) : type === TYPES.null || this.writeOne(bytes, type, place, output);
    output.end(']');
    return isWritten;
  }

  private writeEach(bytes: Buffer, start: number, output: JsonOutput): boolean {
    return eachElement(bytes, start, (type, _name, place) => this.writeOne(bytes, type, place, output));
  }

  private writeOne(bytes: Buffer, type: number, place: number, output: JsonOutput): boolean {
    output.next();
    return type === TYPES.document && this.write(bytes, place, output);
  }
}

function writeValue(bytes: Buffer, type: number, place: number, output: JsonOutput): boolean {
  switch (type) {
    case TYPES.string:
      return output.text(bytes, place + 4, place + 3 + bytes.readInt32LE(place));
    case TYPES.id:
      return output.id(bytes, place);
    case TYPES.date:
      return output.date(toInteger(bytes, place));
    case TYPES.int32:
      return output.number(bytes.readInt32LE(place));
    case TYPES.double:
      return output.number(bytes.readDoubleLE(place));
    case TYPES.int64:
      return Number.isSafeInteger(toInteger(bytes, place)) && output.number(toInteger(bytes, place));
    case TYPES.boolean:
      return output.boolean(bytes[place] === 1);
    case TYPES.null:
      return output.null();
    default:
      return false;
  }
}

// Above 2 ** 53 it is not exact; the same number that decoding gives.
function toInteger(bytes: Buffer, place: number): number {
  return bytes.readInt32LE(place + 4) * 2 ** 32 + bytes.readUInt32LE(place);
}
