/** The same bytes in memory of their own: a small part of Node's pool, or of a buffer that was made larger, holds all of it as long as it is kept. */
export function toOwnBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
