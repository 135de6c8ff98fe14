import { Inject, Injectable } from '@nestjs/common';

import { toSilentPart } from '../auth/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import type { Connection } from './frames.js';
import { Handshake } from './handshake.js';

interface Known {
  /** Who else it may be: connections of its address. */
  readonly who: string;
  readonly most: number;
  /** How many of its sockets hear a tenant or wait to. */
  places: number;
}

/**
 * Connections whose sockets hear nobody: they have not said yet whom they want to hear, or are not let in. Nothing is counted for a tenant
 * then, but of one address there are no more than it may have sockets of one; who comes then takes the place of who was silent for longest.
 */
@Injectable()
export class SilentConnections {
  private readonly byAddress = new Map<string, Set<Connection>>();
  private readonly known = new WeakMap<Connection, Known>();

  constructor(
    private readonly handshake: Handshake,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** A connection is silent from now on, until it ends or has a place. */
  welcome(connection: Connection): void {
    const part = toSilentPart(this.handshake.toCall(connection.request), this.config.fairness.sockets);
    const one = { ...part, places: 0 };
    this.known.set(connection, one);
    this.add(connection, one);
    connection.once('close', () => this.remove(connection, one));
  }

  /** One of its sockets has a place. */
  seat(connection: Connection): void {
    const one = this.known.get(connection);
    if (one !== undefined && one.places++ === 0) this.remove(connection, one);
  }

  /** One of its sockets has its place no longer. */
  unseat(connection: Connection): void {
    const one = this.known.get(connection);
    if (one !== undefined && --one.places === 0 && connection.readyState !== 'closed') this.add(connection, one);
  }

  private add(connection: Connection, { who, most }: Known): void {
    const silent = this.byAddress.get(who) ?? new Set();
    this.byAddress.set(who, silent.add(connection));
    if (silent.size <= most) return;
    const [longest] = silent as Iterable<Connection> as [Connection];
    silent.delete(longest);
    this.metrics.countLimited('sockets');
    // Not in good order: one that does not read would stay.
    longest.close(true);
  }

  private remove(connection: Connection, { who }: Known): void {
    const silent = this.byAddress.get(who);
    silent?.delete(connection);
    if (silent?.size === 0) this.byAddress.delete(who);
  }
}
