import type { OldPart } from './old-group.js';
import type { SameName } from './old-query.js';

// Each sweep reads the source's participants and messages from end to end, because there is no index of their rooms.
const ROOMS_A_SWEEP = 10_000;
const ROOMS_AT_ONCE = 400;
const MESSAGES_AT_ONCE = 2_000;
const BYTES_AT_ONCE = 2 * 1024 * 1024;

/** As many names as one sweep is for. */
export async function* inSweeps(names: AsyncIterable<SameName>): AsyncGenerator<SameName[]> {
  let sweep: SameName[] = [];
  let rooms = 0;
  for await (const name of names) {
    sweep.push(name);
    rooms += name.ids.length;
    if (rooms < ROOMS_A_SWEEP) continue;
    yield sweep;
    [sweep, rooms] = [[], 0];
  }
  if (sweep.length > 0) yield sweep;
}

/** What is stored in one transaction; a room with more messages than that is stored part by part, each in a batch of its own. */
export async function* inBatches(parts: AsyncIterable<OldPart>): AsyncGenerator<OldPart[]> {
  let batch: OldPart[] = [];
  let [messages, bytes] = [0, 0];
  for await (const part of parts) {
    const isFull = batch.length >= ROOMS_AT_ONCE || messages >= MESSAGES_AT_ONCE || bytes >= BYTES_AT_ONCE;
    if (batch.length > 0 && (isFull || !part.isFirst)) {
      yield batch;
      [batch, messages, bytes] = [[], 0, 0];
    }
    batch.push(part);
    messages += part.messages.length;
    bytes += part.bytes;
  }
  if (batch.length > 0) yield batch;
}
