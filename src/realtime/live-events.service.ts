import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { CONFIG, type Config } from '../config/index.js';
import { LOCATIONS, type Location } from '../location/index.js';
import { MESSAGES } from '../message/index.js';
import { ChangeFeed, Clusters, DatabaseUnavailableError, DatabaseUserRefusedError, type Insertion } from '../mongo/index.js';
import { Metrics, type Shown } from '../observe/index.js';
import { RoomService, type Message, type Room } from '../room/index.js';
import { TENANT_DATABASES, type Tenant } from '../tenancy/index.js';
import { Audience } from './audience.js';
import { toLocationEvent, toMessageEvents, type LiveEvent } from './live-event.js';

const RETRY_MS = 500;

const LABELS = { labels: ['cluster'] } as const;
const LAG: Shown = { name: 'anteroom_change_stream_lag_seconds', help: 'How long after its commit the newest stored message or location came here.', ...LABELS };
const SILENT: Shown = { name: 'anteroom_change_stream_silent_seconds', help: 'How long MongoDB has not answered the change stream, which it does every second.', ...LABELS };
const WAITING: Shown = { name: 'anteroom_change_stream_waiting', help: 'Messages and locations that came here and wait for those before them to be pushed.', ...LABELS };
const RESUMED: Shown = { name: 'anteroom_change_stream_resumed_total', help: 'How often the change stream went on after a fault.', ...LABELS };
const LOST: Shown = { name: 'anteroom_change_stream_lost_total', help: 'How often it could not go on from where it was: events were not pushed.', ...LABELS };

/** Pushes what was stored, by this instance or another, to the sockets of its tenant: after the commit, once each, in order. */
@Injectable()
export class LiveEventsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('realtime');
  private feeds: readonly ChangeFeed[] = [];
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
    const options = { databases: TENANT_DATABASES, collections: [MESSAGES.name, LOCATIONS.name] };
    this.feeds = this.clusters.all().map((cluster) => new ChangeFeed(cluster, { ...options, take: (insertions) => this.push(cluster.name, insertions) }));
    this.show();
    const opened = Promise.all(this.feeds.map((feed) => feed.start()));
    await Promise.race([opened, delay(this.config.mongo.timeoutMs, undefined, { ref: false })]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.feeds.map((feed) => feed.stop()));
  }

  private show(): void {
    const readEach = (read: (feed: ChangeFeed) => number) => () => this.feeds.map((feed) => [{ cluster: feed.cluster.name }, read(feed)] as const);
    this.metrics.gauge(LAG, readEach(({ lagSeconds }) => lagSeconds));
    this.metrics.gauge(SILENT, readEach(({ silentSeconds }) => silentSeconds));
    this.metrics.gauge(WAITING, readEach(({ untaken }) => untaken));
    this.metrics.total(RESUMED, readEach(({ resumed }) => resumed));
    this.metrics.total(LOST, readEach(({ lost }) => lost));
  }

  private async push(cluster: string, insertions: readonly Insertion[]): Promise<void> {
    const databases = new Set(insertions.map(({ database }) => database));
    // Two names of one cluster make two feeds of it.
    const heard = [...databases].flatMap((name) => this.audience.tenantOf(name) ?? []).filter((tenant) => tenant.cluster === cluster);
    await Promise.all(heard.map((tenant) => this.pushTo(tenant, insertions.filter(({ database }) => database === tenant.database))));
  }

  private async pushTo(tenant: Tenant, insertions: readonly Insertion[]): Promise<void> {
    try {
      const rooms = await this.findRooms(tenant, insertions);
      for (const insertion of insertions) for (const event of await this.toEvents(tenant, insertion, rooms)) this.audience.push(tenant.database, event);
    } catch (error) {
      this.logger.error({ err: error, tenant: tenant.key, events: insertions.length }, 'stored messages could not be pushed');
    }
  }

  // The feed comes from the same cluster: while that is away there is nothing else to push. A user that is refused is refused again, and others wait.
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
