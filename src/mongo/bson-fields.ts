/** The types of values that are read without decoding a document; https://bsonspec.org/spec.html */
export const TYPES = { double: 0x01, string: 0x02, document: 0x03, array: 0x04, id: 0x07, boolean: 0x08, date: 0x09, null: 0x0a, int32: 0x10, timestamp: 0x11, int64: 0x12 } as const;

const DOLLAR = '$'.charCodeAt(0);

/** Where the fields of these names stand in the document that was looked at last. */
export class BsonFields {
  /** The type of each field's value, 0 where the document does not have it. */
  readonly types: Uint8Array;
  /** Where each field's value begins. */
  readonly places: Int32Array;
  /** How many fields the document has, those of other names included, and each as often as it is there. */
  count = 0;
  private readonly names: readonly Buffer[];
  private readonly byLength: number[][] = [];

  constructor(names: readonly string[]) {
    this.types = new Uint8Array(names.length);
    this.places = new Int32Array(names.length);
    this.names = names.map((name) => Buffer.from(name));
    for (const [index, { length }] of this.names.entries()) (this.byLength[length] ??= []).push(index);
  }

  /**
   * Finds the fields of the document that begins at `start`; false where it has anything, in whatever field, that only decoding it can tell:
   * another type, or a name that makes it a reference.
   */
  find(bytes: Buffer, start: number): boolean {
    this.types.fill(0);
    this.count = 0;
    return eachElement(bytes, start, (type, name, value) => {
      if (bytes[name] === DOLLAR) return false;
      this.count++;
      const index = this.indexOf(bytes, name, value - 1);
      if (index >= 0) {
        this.types[index] = type;
        this.places[index] = value;
      }
      return true;
    });
  }

  private indexOf(bytes: Buffer, from: number, to: number): number {
    for (const index of this.byLength[to - from] ?? []) if (isAt(bytes, from, this.names[index])) return index;
    return -1;
  }
}

/** Visits the elements of the document or array that begins at `start`; false where a visit says so or only decoding can tell what is there. */
export function eachElement(bytes: Buffer, start: number, visit: (type: number, name: number, value: number) => boolean): boolean {
  const end = start + bytes.readInt32LE(start) - 1;
  let at = start + 4;
  while (at < end) {
    const type = bytes[at] ?? 0;
    const name = at + 1;
    let value = name;
    while (value < end && bytes[value] !== 0) value++;
    value++;
    at = endOf(bytes, type, value);
    // Also false for what is not a number.
    if (!(at >= value && at <= end) || !visit(type, name, value)) return false;
  }
  return at === end && bytes[end] === 0;
}

function endOf(bytes: Buffer, type: number, value: number): number {
  switch (type) {
    case TYPES.string:
      return value + 4 + bytes.readInt32LE(value);
    case TYPES.document:
    case TYPES.array:
      return value + bytes.readInt32LE(value);
    case TYPES.id:
      return value + 12;
    case TYPES.double:
    case TYPES.date:
    case TYPES.timestamp:
    case TYPES.int64:
      return value + 8;
    case TYPES.int32:
      return value + 4;
    case TYPES.boolean:
      return value + 1;
    case TYPES.null:
      return value;
    default:
      return NaN;
  }
}

function isAt(bytes: Buffer, from: number, name: Buffer | undefined): boolean {
  if (name === undefined) return false;
  for (let at = 0; at < name.length; at++) if (bytes[from + at] !== name[at]) return false;
  return true;
}
