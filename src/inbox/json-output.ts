const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COMMA, QUOTE, BACKSLASH] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x22, 0x5c] as const;
const FIRST_UNESCAPED = 0x20;
const [NULL, TRUE, FALSE] = [Buffer.from('null'), Buffer.from('true'), Buffer.from('false')] as const;
const [ZERO, COLON, POINT, Z] = [0x30, 0x3a, 0x2e, 0x5a] as const;
const DAY_MS = 86_400_000;
const YEAR_10000 = Date.UTC(10_000, 0);
// The dates of a room are often of one day.
let latest = { day: NaN, text: NULL };
const DIGITS = Buffer.from('0123456789abcdef');

/** JSON in the making, in a buffer that is large enough. What writes a value answers true. */
export class JsonOutput {
  private length = 0;

  constructor(private readonly bytes: Buffer) {}

  /** What was written, in memory of its own: the buffer is for others. */
  copy(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(copy, 0, 0, this.length);
    return copy;
  }

  begin(bracket: '{' | '['): void {
    this.bytes[this.length++] = bracket === '{' ? OPEN : OPEN_LIST;
  }

  end(bracket: '}' | ']'): void {
    this.bytes[this.length++] = bracket === '}' ? CLOSE : CLOSE_LIST;
  }

  /** Parts the next value of a list from the one before. */
  next(): void {
    if (this.bytes[this.length - 1] !== OPEN_LIST) this.bytes[this.length++] = COMMA;
  }

  /** A field's name as JSON between `,` and `:`; without the comma where it is the first. */
  key(key: Buffer): void {
    const { bytes } = this;
    let to = this.length;
    for (let at = bytes[to - 1] === OPEN ? 1 : 0; at < key.length; at++) bytes[to++] = key[at] ?? 0;
    this.length = to;
  }

  null(): true {
    return this.all(NULL);
  }

  boolean(value: boolean): true {
    return this.all(value ? TRUE : FALSE);
  }

  number(value: number): true {
    return Number.isInteger(value) && value >= 0 && value < 10 ? this.digits(value, 1) : this.value(value);
  }

  /** A date by its milliseconds since 1970. */
  date(value: number): true {
    if (value < 0 || value >= YEAR_10000) return this.value(new Date(value));
    const day = Math.floor(value / DAY_MS);
    if (day !== latest.day) latest = { day, text: Buffer.from(`"${new Date(value).toISOString().slice(0, 11)}`) };
    this.all(latest.text);
    const ms = value - day * DAY_MS;
    this.digits(Math.floor(ms / 3_600_000), 2, COLON);
    this.digits(Math.floor(ms / 60_000) % 60, 2, COLON);
    this.digits(Math.floor(ms / 1_000) % 60, 2, POINT);
    this.digits(ms % 1_000, 3, Z);
    this.bytes[this.length++] = QUOTE;
    return true;
  }

  /** The 12 bytes of an id. */
  id(from: Buffer, start: number): true {
    const { bytes } = this;
    let to = this.length;
    bytes[to++] = QUOTE;
    for (let at = start; at < start + 12; at++) {
      const byte = from[at] ?? 0;
      bytes[to++] = DIGITS[byte >> 4] ?? 0;
      bytes[to++] = DIGITS[byte & 15] ?? 0;
    }
    bytes[to++] = QUOTE;
    this.length = to;
    return true;
  }

  /** A text in UTF-8. */
  text(from: Buffer, start: number, end: number): true {
    const { bytes } = this;
    let to = this.length;
    bytes[to++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = from[at] ?? 0;
      if (byte < FIRST_UNESCAPED || byte === QUOTE || byte === BACKSLASH) return this.value(from.toString('utf8', start, end));
      bytes[to++] = byte;
    }
    bytes[to++] = QUOTE;
    this.length = to;
    return true;
  }

  private value(value: number | Date | string): true {
    this.length += this.bytes.write(JSON.stringify(value), this.length);
    return true;
  }

  private all(part: Buffer): true {
    for (const byte of part) this.bytes[this.length++] = byte;
    return true;
  }

  private digits(value: number, count: 1 | 2 | 3, then?: number): true {
    const { bytes } = this;
    if (count === 3) bytes[this.length++] = ZERO + Math.floor(value / 100);
    if (count >= 2) bytes[this.length++] = ZERO + (Math.floor(value / 10) % 10);
    bytes[this.length++] = ZERO + (value % 10);
    if (then !== undefined) bytes[this.length++] = then;
    return true;
  }
}
