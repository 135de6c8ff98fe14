import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';

import { packedPart, storedPart, toGzip } from './gzip-parts.js';

const SEED = 20_261_122;

describe('A gzip stream of parts', () => {
  it('is what its parts are one after the other, packed or stored, in any order', () => {
    const part = fc.record({ plain: fc.oneof(fc.string(), fc.json()).map((text) => Buffer.from(text)), isPacked: fc.boolean() });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const stream = toGzip(parts.map(({ plain, isPacked }) => ({ plain, part: isPacked ? packedPart(plain) : storedPart(plain) })));
        expect(gunzipSync(stream)).toEqual(Buffer.concat(parts.map(({ plain }) => plain)));
      }),
      { seed: SEED },
    );
  });

  it('takes a part as often as it is wanted', () => {
    const plain = Buffer.from('{"message":"hello hello hello"}');
    const packed = { plain, part: packedPart(plain) };
    expect(gunzipSync(toGzip([packed, packed, packed])).toString()).toBe(plain.toString().repeat(3));
  });

  it.each([0, 1, 65_534, 65_535, 65_536, 200_000])('stores %i bytes as they are', (length) => {
    const plain = Buffer.alloc(length, 'x');
    expect(gunzipSync(toGzip([{ plain, part: storedPart(plain) }]))).toEqual(plain);
  });

  it('holds no more memory than a packed part takes', () => {
    const packed = packedPart(Buffer.from('{"message":"hello hello hello"}'));
    expect(packed.buffer.byteLength).toBe(packed.length);
  });

  it('packs text well', () => {
    const plain = Buffer.from(JSON.stringify(Array.from({ length: 100 }, (_, at) => ({ room_name: `OrderNo-${at}-orderId-${at}-oderVendor-7` }))));
    expect(packedPart(plain).length).toBeLessThan(plain.length / 4);
  });
});
