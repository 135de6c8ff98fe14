import { createRequire } from 'node:module';

import { io as connect4 } from 'socket.io-client';

/** The client libraries that apps and panels hold: two of engine.io 3, and today's. */
export const RELEASES = ['1.7.4', '2.5.0', '4.8.4'] as const;
export type Release = (typeof RELEASES)[number];
export type Transport = 'websocket' | 'polling';

/** What the three releases have in common, as far as the tests use it. */
interface AnySocket {
  readonly io: { readonly engine: { on(event: 'packet', listener: (packet: { type: string; data?: unknown }) => void): void } };
  readonly connected: boolean;
  on(event: string, listener: (payload: unknown) => void): void;
  emit(event: string, ...payload: unknown[]): void;
  close(): void;
}

type Connect = (url: string, options: object) => AnySocket;

// The old releases are CommonJS and know nothing of types.
const require = createRequire(import.meta.url);
const connectors: Readonly<Record<Release, Connect>> = {
  '1.7.4': require('socket.io-client-1'),
  '2.5.0': require('socket.io-client-2'),
  '4.8.4': connect4,
};

export const EVENTS = ['new-message', 'new-app-message', 'room-created', 'agent-location-141'];

export interface Heard {
  readonly event: string;
  readonly payload: Payload;
}

/** As much of any event's payload as the tests look at by name. */
export interface Payload {
  readonly message: { readonly chatData: { readonly _id: string; readonly message: string; readonly seq: number }; readonly roomData: object };
  readonly lat: string;
}

export interface ListenerOptions {
  readonly release?: Release;
  readonly transports?: readonly Transport[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by clients of 4.8.4 only. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** What the client puts into the query of its connection, and of its namespace where it is old. */
  readonly query?: Readonly<Record<string, string>>;
  /** Whether the client connects again by itself when its connection is closed. */
  readonly reconnects?: boolean;
  /** Events to hear beside {@link EVENTS}. */
  readonly events?: readonly string[];
}

/** A socket of one of the real client libraries, and all that it hears: events, and every frame of its connection. */
export class Listener {
  readonly heard: Heard[] = [];
  readonly frames: string[] = [];
  /** Why the connection or namespace was refused or broken, as the library says it. */
  readonly faults: unknown[] = [];
  readonly disconnects: unknown[] = [];
  private readonly opened: Promise<void>;

  private constructor(
    readonly socket: AnySocket,
    events: readonly string[],
  ) {
    // The engine is there as soon as the library was called, and nothing has arrived yet.
    socket.io.engine.on('packet', ({ type, data }) => this.frames.push(`${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`));
    for (const event of new Set([...EVENTS, ...events])) socket.on(event, (payload) => this.heard.push({ event, payload: payload as Payload }));
    for (const fault of ['error', 'connect_error']) socket.on(fault, (error) => this.faults.push(error));
    socket.on('disconnect', (reason) => this.disconnects.push(reason));
    this.opened = new Promise((resolve, reject) => {
      socket.on('connect', () => resolve());
      for (const fault of ['error', 'connect_error']) socket.on(fault, reject);
    });
    this.opened.catch(() => undefined);
  }

  /** A socket of `base`, whose connection is under way. */
  static of(base: string, { release = '4.8.4', transports = ['websocket'], headers = {}, auth = {}, query, reconnects = false, events = [] }: ListenerOptions = {}): Listener {
    const options = { forceNew: true, transports: [...transports], reconnection: reconnects, extraHeaders: headers, auth, ...(query === undefined ? {} : { query }) };
    return new Listener(connectors[release](base, options), events);
  }

  /** A socket of `base` that is connected; rejects with what the library says where it is refused. */
  static async open(base: string, options: ListenerOptions = {}): Promise<Listener> {
    const listener = Listener.of(base, options);
    await listener.opened;
    return listener;
  }

  /** The payloads of one event so far. */
  payloads(event: string): Payload[] {
    return this.heard.filter((heard) => heard.event === event).map(({ payload }) => payload);
  }

  /** The texts of the messages so far, by one of the two names that they are told under. */
  texts(event = 'new-message'): string[] {
    return this.payloads(event).map(({ message }) => message.chatData.message);
  }

  close(): void {
    this.socket.close();
  }
}
