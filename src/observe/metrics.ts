import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** Why something that a socket sent had no effect, or (`not_read`) what waited for one was given up with its connection. */
export type DropReason = 'not_stored' | 'invalid' | 'refused' | 'too_large' | 'too_many' | 'database_away' | 'not_read';

/** What this instance counts, for Prometheus. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  /** Sockets that hear a deployment now. */
  readonly sockets = new Gauge({ name: 'anteroom_sockets', help: 'Sockets that hear a deployment.', registers: [this.registry] });

  private readonly pushed = new Counter({
    name: 'anteroom_events_pushed_total',
    help: 'Live events pushed, once for all sockets of a deployment.',
    labelNames: ['event'],
    registers: [this.registry],
  });

  private readonly dropped = new Counter({
    name: 'anteroom_socket_events_dropped_total',
    help: 'What sockets sent without effect, by reason; not_read: connections closed because their client did not read.',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
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
}
