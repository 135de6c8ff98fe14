import type { Socket } from 'socket.io';

import type { DropReason } from '../observe/index.js';
import { Allowance } from './allowance.js';

export type Connection = Socket['conn'];

interface Frame {
  type: string;
  data?: string | Buffer;
}

/** As much of a websocket as is used here. */
interface WebSocket {
  on(event: 'ping', listener: () => void): void;
  terminate(): void;
}

/** What a connection may send. */
export interface FrameLimits {
  readonly bytes: number;
  /** In a second; twice as many at once. */
  readonly perSecond: number;
}

// So many frames wait for a client now and then; they are not worth counting.
const FEW = 50;
// What a URL's path means the same without: by such texts a client of engine.io 3 could ask for one namespace many times.
const AMBIGUOUS = /[\\#\s\p{Cc}]|\/(?:\.|%2e){1,2}(?=\/|$)/iu;
// Of a socket.io packet: its type, the number of its attachments, and its namespace up to the comma.
const PACKET = /^(\d)(?:\d+-)?(\/[^,]*)?/;
// Clients join one, after `/`.
const MOST_NAMESPACES = 20;
// What keepDoubledSlash puts before a name; a URL's path is the same without.
const KEPT_DOUBLED = /^\/\.(?=\/)/;
const [CONNECT, DISCONNECT] = ['0', '1'];

/**
 * Drops what a connection sends over its limits before anything reads it – heartbeats and pings as well, each of which is answered – and
 * closes it when it goes on.
 */
export function limitFrames(connection: Connection, limits: FrameLimits, drop: (reason: DropReason) => void): void {
  const allowance = new Allowance(limits.perSecond);
  const isOver = (): boolean => {
    if (allowance.take()) return false;
    drop('too_many');
    if (allowance.isExhausted) connection.close(true);
    return true;
  };
  connection.on('packet', (frame: Frame) => {
    if (isOver()) discard(frame);
    else if (sizeOf(frame) > limits.bytes) {
      discard(frame);
      drop('too_large');
    }
  });
  onWebSocket(connection, (socket) => {
    socket.on('ping', () => {
      if (isOver() && allowance.isExhausted) socket.terminate();
    });
  });
}

/**
 * Lets a connection be in each namespace once at a time: socket.io takes a second request that comes before the first is answered, and both hear
 * everything. `tell` is told of each namespace that is asked for, before anybody has decided whether it is let in.
 */
export function limitNamespaces(connection: Connection, tell: (name: string) => void): void {
  // socket.io joins a client of engine.io 3 to `/` by itself.
  const asked = new Set(connection.protocol === 3 ? ['/'] : []);
  connection.on('packet', (frame: Frame) => {
    if (frame.type !== 'message' || typeof frame.data !== 'string') return;
    const [, type, said = '/'] = PACKET.exec(frame.data) ?? [];
    const name = connection.protocol === 3 ? toPath(said) : said;
    if (type === DISCONNECT) asked.delete(name);
    if (type !== CONNECT) return;
    if (asked.has(name) || asked.size >= MOST_NAMESPACES || isAmbiguous(connection, name)) return discard(frame);
    asked.add(name);
    tell(name);
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

function isAmbiguous({ protocol }: Connection, name: string): boolean {
  return protocol === 3 && AMBIGUOUS.test(name);
}

function toPath(said: string): string {
  const [path = ''] = said.split('?');
  return path.replace(KEPT_DOUBLED, '');
}

/** True where more than this waits for a client that does not read. */
export function isBehind(connection: Connection, bytes: number): boolean {
  // engine.io keeps to itself what it has not handed to the transport yet.
  const { writeBuffer } = connection as unknown as { readonly writeBuffer: readonly Frame[] };
  return writeBuffer.length > FEW && writeBuffer.reduce((sum, frame) => sum + sizeOf(frame), 0) > bytes;
}

// engine.io passes a frame on by its type, after those who listen to frames.
function discard(frame: Frame): void {
  frame.type = 'noop';
}

function sizeOf({ data }: Frame): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : (data?.length ?? 0);
}

// A connection that begins with polling gets its websocket later.
function onWebSocket(connection: Connection, found: (socket: WebSocket) => void): void {
  const look = (transport: { readonly socket?: WebSocket }): void => {
    if (transport.socket !== undefined) found(transport.socket);
  };
  look(connection.transport as { readonly socket?: WebSocket });
  connection.on('upgrade', look);
}
