import { Readable } from 'node:stream';

import { Logger, StreamableFile } from '@nestjs/common';

const TYPE = 'application/json; charset=utf-8';
const logger = new Logger('errors');

/**
 * One JSON array of what all parts have, each of which is asked for when the reader has taken the one before. Where a part fails, the answer
 * is broken off, so that nobody takes it for whole.
 */
export function toJsonStream<T>(parts: AsyncIterable<T>, toElements: (part: T) => readonly unknown[]): StreamableFile {
  const stream = Readable.from(toJson(parts, toElements), { objectMode: true, highWaterMark: 1 });
  return new StreamableFile(stream, { type: TYPE }).setErrorLogger((err) => logger.warn({ err }, 'an answer was broken off'));
}

async function* toJson<T>(parts: AsyncIterable<T>, toElements: (part: T) => readonly unknown[]): AsyncGenerator<string> {
  let before = '[';
  for await (const part of parts) {
    const elements = toElements(part);
    if (elements.length === 0) continue;
    yield before + JSON.stringify(elements).slice(1, -1);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
