import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';

type Mode = 'pass' | 'refuse' | 'silent';

/**
 * What happens to a request: it does not arrive, or its answer does not; then its connection is broken, or the server is silent to all. Where the
 * answer is held, nothing more is heard on that connection alone.
 */
export type Fate = 'request cut' | 'request silenced' | 'answer cut' | 'answer silenced' | 'answer held';

interface Trap {
  readonly text: string;
  readonly fate: Fate;
  readonly sprung: () => void;
}

/** A TCP proxy on a port of its own, before a server that is to be away for a while. */
export class TcpProxy {
  private mode: Mode = 'pass';
  private readonly sockets = new Set<Socket>();
  private trap: Trap | null = null;
  private readonly server = createServer({ pauseOnConnect: true }, (caller) => this.accept(caller));

  private constructor(private readonly target: { host: string; port: number }) {}

  static async start(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** New connections reach the server again; one that was silent stays so, as behind a router that has forgotten it. */
  pass(): void {
    this.mode = 'pass';
  }

  /** Breaks all connections and every new one at once. */
  refuse(): void {
    this.mode = 'refuse';
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Accepts every connection, and nothing passes on old and new ones; none is closed. */
  silence(): void {
    this.mode = 'silent';
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  /** Does so to the next request that has this text; resolves when it comes. */
  next(text: string, fate: Fate): Promise<void> {
    return new Promise((sprung) => (this.trap = { text, fate, sprung }));
  }

  /** True while no request has had the text. */
  get isWaiting(): boolean {
    return this.trap !== null;
  }

  async close(): Promise<void> {
    this.refuse();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(caller: Socket): void {
    this.keep(caller);
    if (this.mode === 'refuse') caller.resetAndDestroy();
    if (this.mode === 'pass') this.join(caller);
  }

  private join(caller: Socket): void {
    const server = connect(this.target);
    this.keep(server);
    caller.on('close', () => server.destroy());
    server.on('close', () => caller.destroy());
    caller.pipe(this.watch(caller, server)).pipe(server).pipe(caller);
  }

  private watch(caller: Socket, server: Socket): Transform {
    return new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        const { trap } = this;
        if (trap === null || !bytes.includes(trap.text)) return done(null, bytes);
        this.trap = null;
        trap.sprung();
        const happen = (): void => (trap.fate.endsWith('cut') ? void caller.resetAndDestroy() : this.silence());
        if (trap.fate.startsWith('request')) return happen();
        server.unpipe(caller);
        if (trap.fate === 'answer held') server.pause();
        else server.once('data', happen).resume();
        done(null, bytes);
      },
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
