import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { CONFIG, type Config } from '../config/index.js';
import { LOCATIONS, type Location } from '../location/index.js';
import { MESSAGES } from '../message/index.js';
import { ChangeFeed, Clusters, DatabaseUnavailableError, DatabaseUserRefusedError, type Cluster, type Insertion } from '../mongo/index.js';
import { Metrics, type Shown } from '../observe/index.js';
import { RoomService, type Message, type Room } from '../room/index.js';
import { TENANT_DATABASES, type Tenant } from '../tenancy/index.js';
import { Audience } from './audience.js';
import { toLocationEvent, toMessageEvents, type LiveEvent } from './live-event.js';
import { PushLines, type LineLimits } from './push-lines.js';

const RETRY_MS = 500;
const LIMITS: LineLimits = { waiting: 2_000, stuckMs: 5_000 };

const LABELS = { labels: ['cluster'] } as const;
const LAG: Shown = { name: 'anteroom_change_stream_lag_seconds', help: 'How long after its commit the newest stored message or location came here.', ...LABELS };
const SILENT: Shown = { name: 'anteroom_change_stream_silent_seconds', help: 'How long MongoDB has not answered the change stream, which it does every second.', ...LABELS };
const WAITING: Shown = { name: 'anteroom_change_stream_waiting', help: 'Messages and locations that came here and wait for those before them to be pushed.', ...LABELS };
const RESUMED: Shown = { name: 'anteroom_change_stream_resumed_total', help: 'How often the change stream went on after a fault.', ...LABELS };
const LOST: Shown = { name: 'anteroom_change_stream_lost_total', help: 'How often it could not go on from where it was: events were not pushed.', ...LABELS };

/** What follows one cluster. */
interface Follower {
  readonly feed: ChangeFeed;
  readonly lines: PushLines;
}

/** Pushes what was stored, by this instance or another, to the sockets of its tenant: after the commit, once each, in order; who may have missed something is told to catch up. */
@Injectable()
export class LiveEventsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('realtime');
  private followers: readonly Follower[] = [];
  private stopped = false;

  constructor(
    private readonly clusters: Clusters,
    private readonly audience: Audience,
    private readonly rooms: RoomService,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Opens the feeds before the service listens, so that no socket is there earlier; goes on without a cluster that is away. */
  async onApplicationBootstrap(): Promise<void> {
    this.followers = this.clusters.all().map((cluster) => this.follow(cluster));
    this.show();
    const opened = Promise.all(this.followers.map(({ feed }) => feed.start()));
    await Promise.race([opened, delay(this.config.mongo.timeoutMs, undefined, { ref: false })]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.followers.flatMap(({ feed, lines }) => [feed.stop(), lines.stop()]));
  }

  private show(): void {
    const readEach = (read: (follower: Follower) => number) => () => this.followers.map((follower) => [{ cluster: follower.feed.cluster.name }, read(follower)] as const);
    this.metrics.gauge(LAG, readEach(({ feed }) => feed.lagSeconds));
    this.metrics.gauge(SILENT, readEach(({ feed }) => feed.silentSeconds));
    this.metrics.gauge(WAITING, readEach(({ feed, lines }) => feed.untaken + lines.waiting));
    this.metrics.total(RESUMED, readEach(({ feed }) => feed.resumed));
    this.metrics.total(LOST, readEach(({ feed }) => feed.lost));
  }

  private follow(cluster: Cluster): Follower {
    // Two names of one cluster make two feeds of it.
    const heardOn = (database: string): Tenant | null => {
      const tenant = this.audience.tenantOf(database);
      return tenant?.cluster === cluster.name ? tenant : null;
    };
    const lines = new PushLines(LIMITS, {
      push: (database, insertions) => this.push(heardOn(database), insertions),
      giveUp: (database, insertions) => this.giveUp(heardOn(database), insertions, new Error('too much waits for this deployment')),
    });
    const feed = new ChangeFeed(cluster, {
      databases: TENANT_DATABASES,
      collections: [MESSAGES.name, LOCATIONS.name],
      take: (insertions) => lines.take(insertions.filter(({ database }) => heardOn(database) !== null)),
      missed: (since) => this.audience.tellToCatchUp(since, (tenant) => tenant.cluster === cluster.name),
    });
    return { feed, lines };
  }

  private async push(tenant: Tenant | null, insertions: readonly Insertion[]): Promise<void> {
    if (tenant === null) return;
    try {
      const rooms = await this.findRooms(tenant, insertions);
      for (const insertion of insertions) for (const event of await this.toEvents(tenant, insertion, rooms)) this.audience.push(tenant.database, event);
    } catch (error) {
      this.giveUp(tenant, insertions, error);
    }
  }

  private giveUp(tenant: Tenant | null, insertions: readonly Insertion[], error: unknown): void {
    if (tenant === null) return;
    this.logger.error({ err: error, tenant: tenant.key, events: insertions.length }, 'what was stored could not be pushed; sockets are told to catch up');
    // They are in the order of their commits.
    const [{ committed } = { committed: new Date() }] = insertions;
    this.audience.tellToCatchUp(committed, ({ database }) => database === tenant.database);
  }

  // The feed comes from the same cluster: while that is away there is nothing else to push. A user that is refused is refused again.
  private async findRooms(tenant: Tenant, insertions: readonly Insertion[]): Promise<ReadonlyMap<string, Room>> {
    const messages = insertions.filter(isMessage).map(({ document }) => document);
    for (;;) {
      try {
        return messages.length === 0 ? new Map() : await this.rooms.findAlone(tenant, messages.map(({ room }) => room));
      } catch (error) {
        if (this.stopped || !(error instanceof DatabaseUnavailableError) || error instanceof DatabaseUserRefusedError) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  private async toEvents(tenant: Tenant, insertion: Insertion, rooms: ReadonlyMap<string, Room>): Promise<LiveEvent[]> {
    if (!isMessage(insertion)) return [await this.toLocationEvent(tenant, insertion.document as Location)];
    const room = rooms.get(insertion.document.room.toHexString());
    return room === undefined ? [] : toMessageEvents(insertion.document, room);
  }

  // Only who does not hear the whole deployment needs to be told by the rooms that the order has.
  private async toLocationEvent(tenant: Tenant, location: Location): Promise<LiveEvent> {
    const rooms = this.audience.hasPart(tenant) ? await this.rooms.findOfAgent(tenant, String(location.agent_id), String(location.order_id)) : [];
    return toLocationEvent(location, rooms);
  }
}

function isMessage(insertion: Insertion): insertion is Insertion & { readonly document: Message } {
  return insertion.collection === MESSAGES.name;
}
