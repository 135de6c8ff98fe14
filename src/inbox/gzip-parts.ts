import { constants, crc32, deflateRawSync } from 'node:zlib';

import { toOwnBytes } from './own-bytes.js';

// RFC 1952: magic, deflate, no flags, no date, no extra flags, unknown system.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const LAST_BLOCK = Buffer.from([0x03, 0x00]);
const MOST_STORED = 0xffff;

/** Bytes as a part of a gzip stream: whole blocks that refer to nothing before them, so that parts can stand in any order. */
export function packedPart(plain: Buffer): Buffer {
  return toOwnBytes(deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** Bytes as a part of a gzip stream, as they are. */
export function storedPart(plain: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let from = 0; from < plain.length; from += MOST_STORED) {
    const block = plain.subarray(from, from + MOST_STORED);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    blocks.push(head, block);
  }
  return Buffer.concat(blocks);
}

/** The gzip stream of these bytes, of which each comes packed or stored as well. */
export function toGzip(parts: readonly { readonly plain: Buffer; readonly part: Buffer }[]): Buffer {
  const end = Buffer.alloc(8);
  const length = parts.reduce((sum, { plain }) => sum + plain.length, 0);
  // Of no bytes at all crc32 answers 0, whatever it goes on from.
  end.writeUInt32LE(parts.reduce((sum, { plain }) => (plain.length === 0 ? sum : crc32(plain, sum)), 0), 0);
  end.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...parts.map(({ part }) => part), LAST_BLOCK, end]);
}
