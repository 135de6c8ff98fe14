import fc from 'fast-check';

import { toId, type Id } from '../mongo/index.js';
import { CursorInvalidError, readCursor, writeCursor, type Cursor } from './cursor.js';

const SIGNING = { query: '["ace","141"]', secret: Buffer.alloc(32, 1) };
const HEX = '641d731dee3408c461095a2b';
const CURSOR: Cursor = {
  after: { updatedDate: new Date('2023-03-24T10:33:42.473Z'), id: toId(HEX) as Id },
  asOf: new Date('2024-01-01T00:00:00.000Z'),
};

describe('A cursor', () => {
  const written = writeCursor(CURSOR, SIGNING);

  it('is read back as it was written', () => {
    const { after, asOf } = readCursor(written, SIGNING);
    expect(after.updatedDate.toISOString()).toBe('2023-03-24T10:33:42.473Z');
    expect(after.id.toHexString()).toBe(HEX);
    expect(asOf.toISOString()).toBe('2024-01-01T00:00:00.000Z');
  });

  it('holds any place of a list, also one before 1970', () => {
    const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
    const date = fc.date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const place = fc.record({ updated: date, asOf: date, bytes });
    fc.assert(
      fc.property(place, ({ updated, asOf, bytes: id }) => {
        const hex = Buffer.from(id).toString('hex');
        const read = readCursor(writeCursor({ after: { updatedDate: updated, id: toId(hex) as Id }, asOf }, SIGNING), SIGNING);
        expect([read.after.updatedDate.getTime(), read.after.id.toHexString(), read.asOf.getTime()]).toEqual([updated.getTime(), hex, asOf.getTime()]);
      }),
    );
  });

  it('is short and can stand in a query string unescaped', () => {
    expect(written.length).toBeLessThanOrEqual(100);
    expect(encodeURIComponent(written)).toBe(written);
  });

  it('does not tell what it was signed for', () => {
    expect(writeCursor(CURSOR, { ...SIGNING, query: 'ace' })).not.toContain('ace');
  });

  it('is refused when it was written for another list', () => {
    expect(() => readCursor(written, { ...SIGNING, query: '["ace","142"]' })).toThrow(CursorInvalidError);
  });

  it('is refused when it was signed with another secret', () => {
    expect(() => readCursor(written, { ...SIGNING, secret: Buffer.alloc(32, 2) })).toThrow(CursorInvalidError);
  });

  it('is refused when any one character of it is another', () => {
    const read = Array.from(written).flatMap((character, place) => {
      const others = ['0', 'a', 'A', 'b', '-', '_', '.', String.fromCharCode(character.charCodeAt(0) + 1)].filter((other) => other !== character);
      return others.map((other) => written.slice(0, place) + other + written.slice(place + 1)).filter(isRead);
    });
    expect(read).toEqual([]);
  });

  it('is refused when a character is missing or added at any place', () => {
    const places = Array.from(written).map((_, place) => place);
    const changed = places.flatMap((place) => [
      written.slice(0, place) + written.slice(place + 1),
      `${written.slice(0, place)}0${written.slice(place)}`,
    ]);
    expect([...changed, `${written}0`, `${written}=`, ` ${written}`, `${written}\n`].filter(isRead)).toEqual([]);
  });

  it('is refused when parts of two cursors are put together', () => {
    const other = writeCursor({ ...CURSOR, after: { ...CURSOR.after, updatedDate: new Date('2023-03-25T00:00:00.000Z') } }, SIGNING);
    const [updated = ''] = other.split('.');
    expect(isRead([updated, ...written.split('.').slice(1)].join('.'))).toBe(false);
  });

  it.each(['', '.', '...', 'null', 'undefined', '{}', '[]', '$where', `0.${HEX}.0.`, `0.${HEX}.0.${'A'.repeat(43)}`, `-1.${HEX}.0.${'A'.repeat(43)}`, 'x'.repeat(10_000)])(
    'is refused when it is none at all: %p',
    (text) => {
      expect(() => readCursor(text, SIGNING)).toThrow(CursorInvalidError);
    },
  );

  it('is refused with a 400 that says to begin again', () => {
    const error = new CursorInvalidError();
    expect([error.status, error.code]).toEqual([400, 'CURSOR_INVALID']);
    expect(error.message).toMatch(/cursor.*begin again without it/);
  });
});

function isRead(text: string): boolean {
  try {
    readCursor(text, SIGNING);
    return true;
  } catch (error) {
    if (error instanceof CursorInvalidError) return false;
    throw error;
  }
}
