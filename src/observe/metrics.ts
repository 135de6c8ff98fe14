import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { CONFIG, type Config } from '../config/index.js';
import { findVersion } from './version.js';

/** Why something that a socket sent had no effect, or (`not_read`) what waited for one was given up with its connection. */
export type DropReason = 'not_stored' | 'invalid' | 'refused' | 'too_large' | 'too_many' | 'database_away' | 'not_read';

/** What of a deployment or of one of its callers is limited, and answered with 429 beyond it. */
export type LimitedBy = 'calls_per_second' | 'sends_per_second' | 'concurrent_database' | 'sockets';

/** A request that was answered or given up; whatever a caller can choose freely is not in it. */
export interface CountedRequest {
  readonly method: string;
  /** The template of its route, or `none`. */
  readonly route: string;
  readonly status: number;
  readonly tenant: TenantClass;
}

/** Whose a call is: a registered deployment's, nobody's, or the operator's. Deployments are told apart by the log, not here. */
export type TenantClass = 'known' | 'unknown' | 'operator';

/** What is shown; the values of its labels are few and do not come from callers. */
export interface Shown {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A number, or one for each of some labels. */
export type Reading = number | readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

// Lists take milliseconds; callers of a database that is away wait for up to three seconds.
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const DROP_REASONS: readonly DropReason[] = ['not_stored', 'invalid', 'refused', 'too_large', 'too_many', 'database_away', 'not_read'];
const LIMITS: readonly LimitedBy[] = ['calls_per_second', 'sends_per_second', 'concurrent_database', 'sockets'];

/** What this instance counts, for Prometheus. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  /** Sockets that hear a deployment now. */
  readonly sockets = new Gauge({ name: 'anteroom_sockets', help: 'Sockets that hear a deployment.', registers: this.registers });

  /** Rooms of lists that were answered from memory, and that had to be read. */
  readonly cardHits = this.counter('anteroom_room_cards_hits_total', 'Rooms of lists that were answered from memory.');
  readonly cardMisses = this.counter('anteroom_room_cards_misses_total', 'Rooms of lists that had to be read.');

  private readonly requests = this.counter('anteroom_http_requests_total', 'Requests that were answered, or (499) given up by their caller.', ['method', 'route', 'status', 'tenant']);
  private readonly durations = this.histogram('anteroom_http_request_duration_seconds', 'From the headers of a request to the end of its answer.', ['method', 'route']);
  private readonly work = this.histogram('anteroom_database_work_seconds', 'Pieces of database work, with waiting for a connection, by what they are about.', ['cluster', 'work']);
  private readonly errors = this.counter('anteroom_errors_total', 'Errors that were answered, by code.', ['code']);
  private readonly refused = this.counter('anteroom_sockets_refused_total', 'Sockets that were not let in, by the code of the error.', ['code']);
  private readonly limited = this.counter('anteroom_rate_limited_total', 'Calls, messages and sockets that were over a limit of their deployment or caller.', ['limit']);
  private readonly pushed = this.counter('anteroom_events_pushed_total', 'Live events pushed, once for all sockets of a deployment.', ['event']);
  private readonly dropped = this.counter(
    'anteroom_socket_events_dropped_total',
    'What sockets sent without effect, by reason; not_read: connections closed because their client did not read.',
    ['reason'],
  );

  constructor(@Inject(CONFIG) { mongo }: Config) {
    collectDefaultMetrics({ register: this.registry });
    const info = { version: findVersion(), node: process.version, embedded: String(mongo.isEmbedded) };
    this.gauge({ name: 'anteroom_info', help: 'What runs here: always 1.', labels: Object.keys(info) }, () => [[info, 1]]);
    // What was never counted is there with 0: from nothing to 1 is no increase to Prometheus.
    for (const reason of DROP_REASONS) this.dropped.inc({ reason }, 0);
    for (const limit of LIMITS) this.limited.inc({ limit }, 0);
  }

  /** Shows what is read when somebody looks. */
  gauge(shown: Shown, read: () => Reading | Promise<Reading>): void {
    const gauge = new Gauge({
      ...toOptions(shown, this.registers),
      collect: async () => {
        const all = toList(await read());
        gauge.reset();
        for (const [labels, value] of all) gauge.set(labels, value);
      },
    });
  }

  /** Shows what has been counted elsewhere, read when somebody looks. */
  total(shown: Shown, read: () => Reading): void {
    const counter = new Counter({
      ...toOptions(shown, this.registers),
      collect: () => {
        counter.reset();
        for (const [labels, value] of toList(read())) counter.inc(labels, value);
      },
    });
  }

  /** Counts a request and how long it took. */
  countRequest({ method, route, status, tenant }: CountedRequest, seconds: number): void {
    this.requests.inc({ method, route, status, tenant });
    this.durations.observe({ method, route }, seconds);
  }

  /** Counts a piece of database work; `work` is one of a few words. */
  countWork(cluster: string, work: string, seconds: number): void {
    this.work.observe({ cluster, work }, seconds);
  }

  /** Counts an error that was answered. */
  countError(code: string): void {
    this.errors.inc({ code });
  }

  /** Counts a socket that was not let in. */
  countSocketRefused(code: string): void {
    this.refused.inc({ code });
  }

  /** Counts what was over a limit. */
  countLimited(limit: LimitedBy): void {
    this.limited.inc({ limit });
  }

  /** Counts an event that was pushed; `kind` is its name, without an id in it. */
  countPushed(kind: string): void {
    this.pushed.inc({ event: kind });
  }

  /** Counts what a socket sent without effect. */
  countDropped(reason: DropReason): void {
    this.dropped.inc({ reason });
  }

  /** All of them in Prometheus' text format, and its media type. */
  async write(): Promise<{ text: string; type: string }> {
    return { text: await this.registry.metrics(), type: this.registry.contentType };
  }

  private counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: this.registers });
  }

  private histogram<L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: this.registers });
  }
}

function toOptions({ name, help, labels = [] }: Shown, registers: Registry[]): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
  return { name, help, labelNames: [...labels], registers };
}

function toList(reading: Reading): Exclude<Reading, number> {
  return typeof reading === 'number' ? [[{}, reading]] : reading;
}
