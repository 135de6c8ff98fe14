import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { Server, type ServerOptions } from 'socket.io';

import { CONFIG, type Config } from '../config/index.js';
import { Metrics, type Shown } from '../observe/index.js';
import { boundConnections } from './bound-connections.js';
import { DefaultNamespace } from './default-namespace.js';
import { keepDoubledSlash, limitFrames, limitNamespaces, type Connection } from './frames.js';
import { TenantNamespaces } from './tenant-namespaces.js';

// Frames up to so many times the limit are read and dropped; a connection that sends a larger one is closed.
const CLOSED_OVER = 2;
// How long a client may take to say goodbye when the service stops.
const GOODBYE_MS = 1_000;

const CONNECTIONS: Shown = { name: 'anteroom_connections', help: 'Connections of sockets, whether they hear anybody or not.', labels: ['transport', 'protocol'] };

const KINDS = ['polling', 'websocket'].flatMap((transport) => ['3', '4'].map((protocol) => ({ transport, protocol })));

/** The socket.io server on the HTTP port, for clients of engine.io 3 and 4. */
@Injectable()
export class SocketGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private io: Server | null = null;
  private readonly upgraded = new Set<Duplex>();
  private stopping = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly adapterHost: HttpAdapterHost,
    private readonly metrics: Metrics,
    private readonly defaultNamespace: DefaultNamespace,
    private readonly namespaces: TenantNamespaces,
  ) {}

  onApplicationBootstrap(): void {
    const { httpAdapter } = this.adapterHost;
    const http = httpAdapter.getHttpServer() as HttpServer;
    http.on('upgrade', (_request, socket: Duplex) => this.keep(socket));
    this.io = new Server(http, this.options());
    // After socket.io, which hides its own requests from those who listened before.
    boundConnections(http, this.config.limits);
    this.io.engine.use(passFiles(httpAdapter.getInstance<Application>()));
    this.io.engine.on('connection', (connection: Connection) => this.watch(connection));
    this.io.on('connection', (socket) => this.defaultNamespace.welcome(socket));
    this.namespaces.open(this.io);
    this.metrics.gauge(CONNECTIONS, () => this.countConnections());
  }

  /** Closes every connection, so that clients connect again elsewhere, and takes no new one. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    this.io?.engine.close();
    setTimeout(() => this.upgraded.forEach((socket) => socket.destroy()), GOODBYE_MS).unref();
  }

  // The HTTP server waits for these connections when it closes, and knows of them no more.
  private keep(socket: Duplex): void {
    this.upgraded.add(socket);
    socket.on('close', () => this.upgraded.delete(socket));
  }

  private countConnections(): (readonly [Record<string, string>, number])[] {
    const all = this.connections();
    return KINDS.map((kind) => [kind, all.filter(({ transport, protocol }) => transport.name === kind.transport && String(protocol) === kind.protocol).length]);
  }

  private connections(): Connection[] {
    const { clients = {} } = (this.io?.engine ?? {}) as { readonly clients?: Readonly<Record<string, Connection>> };
    return Object.values(clients);
  }

  private options(): Partial<ServerOptions> {
    const { corsOrigins, limits } = this.config;
    return {
      allowEIO3: true,
      // The files are Express' affair; see passFiles.
      serveClient: false,
      cleanupEmptyChildNamespaces: true,
      // Clients of engine.io 3 ask with credentials; there are no cookies that these could be.
      cors: { origin: corsOrigins === null ? true : [...corsOrigins], credentials: true },
      maxHttpBufferSize: CLOSED_OVER * limits.socketPayload,
      allowRequest: (_request, decide) => decide(this.stopping ? 'stopping' : null, !this.stopping),
    };
  }

  private watch(connection: Connection): void {
    const { socketPayload, socketEvents } = this.config.limits;
    this.defaultNamespace.open(connection);
    limitFrames(connection, { bytes: socketPayload, perSecond: socketEvents }, (reason) => this.metrics.countDropped(reason));
    keepDoubledSlash(connection);
    limitNamespaces(connection, (name) => {
      if (connection.protocol === 3 && name !== '/') this.defaultNamespace.close(connection);
    });
  }
}

// engine.io takes every request of its path, also those for the client script that pages load from there.
function passFiles(express: Application) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const [path = ''] = (request.url ?? '').split('?');
    if (request.headers.upgrade !== undefined) return next();
    if (!path.endsWith('/')) return void express(request, response);
    // Polled events are text, whatever an old browser makes of them.
    response.setHeader('X-Content-Type-Options', 'nosniff');
    next();
  };
}
