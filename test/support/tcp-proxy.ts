import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

type Mode = 'pass' | 'refuse' | 'silent';

/** A TCP proxy on a port of its own, before a server that is to be away for a while. */
export class TcpProxy {
  private mode: Mode = 'pass';
  private hold: { readonly text: string; readonly resolve: () => void } | null = null;
  private readonly sockets = new Set<Socket>();
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

  /** From the next time that a caller says `text`, what it says passes and no answer to it does; resolves then. */
  holdAnswersAfter(text: string): Promise<void> {
    return new Promise((resolve) => (this.hold = { text, resolve }));
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
    caller.pipe(server).pipe(caller);
    caller.prependListener('data', (said: Buffer) => {
      if (this.hold === null || !said.includes(this.hold.text)) return;
      server.unpipe(caller).pause();
      this.hold.resolve();
      this.hold = null;
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
