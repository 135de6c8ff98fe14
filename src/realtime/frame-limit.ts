import type { Socket } from 'socket.io';

import type { DropReason } from '../observe/index.js';

export type Connection = Socket['conn'];

interface Frame {
  type: string;
  data?: string | Buffer;
}

/** What a connection may send. */
export interface FrameLimits {
  readonly bytes: number;
  /** In a second; twice as many at once. */
  readonly perSecond: number;
}

/** Drops what a connection sends over its limits before anything reads it. */
export function limitFrames(connection: Connection, limits: FrameLimits, drop: (reason: DropReason) => void): void {
  const allowance = new Allowance(limits.perSecond);
  connection.on('packet', (frame: Frame) => {
    if (frame.type !== 'message') return;
    const reason = sizeOf(frame) > limits.bytes ? 'too_large' : allowance.take() ? null : 'too_many';
    if (reason === null) return;
    // engine.io passes a frame on by its type, after those who listen to frames.
    frame.type = 'noop';
    drop(reason);
  });
}

/**
 * Keeps the namespace of an old client as it says it: engine.io 3 gives it as the path of a URL, where socket.io would read what
 * follows a doubled slash at the beginning as a host.
 */
export function keepDoubledSlash(connection: Connection): void {
  if (connection.protocol !== 3) return;
  connection.on('packet', (frame: Frame) => {
    if (frame.type === 'message' && typeof frame.data === 'string') frame.data = frame.data.replace(/^(\d(?:\d+-)?)(?=\/\/)/, '$1/.');
  });
}

function sizeOf({ data }: Frame): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : (data?.length ?? 0);
}

// A token bucket. The limiters of libraries answer by a promise, and a frame has to be dropped before the next line of engine.io.
class Allowance {
  private left: number;
  private since = performance.now();

  constructor(private readonly perSecond: number) {
    this.left = 2 * perSecond;
  }

  take(): boolean {
    const now = performance.now();
    this.left = Math.min(2 * this.perSecond, this.left + ((now - this.since) / 1_000) * this.perSecond);
    this.since = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
