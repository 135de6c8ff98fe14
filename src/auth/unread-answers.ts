import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';

import { Counter, OverloadedError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import type { CallerRequest } from './admission.middleware.js';
import { toPart, toShare, type Part } from './share.js';

const ALL = 'all';
// Callers of one deployment who do not read leave the other half to the others.
const OF_A_TENANT = 50;
// All screens of an office, which may be one address, ask at the same moment.
const OF_A_CALLER = 40;

/** Answers that have not been read yet, which stay in memory: bounded for each caller, each tenant and all together. */
@Injectable()
export class UnreadAnswers {
  private readonly bytes = new Counter();
  private readonly most: number;

  constructor(@Inject(CONFIG) { limits }: Config, metrics: Metrics) {
    this.most = limits.unread;
    metrics.gauge({ name: 'anteroom_unread_bytes', help: 'Bytes of answers that callers have not read yet.' }, () => this.bytes.of(ALL));
  }

  /** Counts what the call will be answered, until it is read or its connection closed. @throws OverloadedError where too much waits already; calls at work may exceed it together */
  admit(request: CallerRequest, response: Response): void {
    const parts = this.partsOf(request);
    if (parts.some(({ who, most }) => this.bytes.of(who) >= most)) throw new OverloadedError();
    this.holdParts(parts, response);
    // What was handed over and not packed yet is nowhere to be seen, so it is counted where it is handed over.
    const end = response.end.bind(response) as (...given: unknown[]) => Response;
    response.end = (...given: unknown[]): Response => {
      this.hold(parts, response, sizeOf(given[0]));
      return end(...given);
    };
  }

  // Of an answer in parts only what was handed over since its reader last had taken all.
  private holdParts(parts: readonly Part[], response: Response): void {
    let bytes = 0;
    const letGo = (): void => {
      for (const { who } of parts) this.bytes.remove(who, bytes);
      bytes = 0;
    };
    const write = response.write.bind(response) as (...given: unknown[]) => boolean;
    response.write = (...given: unknown[]): boolean => {
      if (write(...given)) return true;
      if (response.closed) return false;
      const size = sizeOf(given[0]);
      bytes += size;
      for (const { who } of parts) this.bytes.add(who, size);
      return false;
    };
    response.on('drain', letGo);
    response.once('close', letGo);
  }

  private hold(parts: readonly Part[], response: Response, bytes: number): void {
    if (bytes === 0 || response.closed) return;
    for (const { who } of parts) this.bytes.add(who, bytes);
    response.once('close', () => {
      for (const { who } of parts) this.bytes.remove(who, bytes);
    });
  }

  private partsOf(request: CallerRequest): Part[] {
    const { tenant, caller } = request;
    if (tenant === undefined || caller === undefined) throw new Error('The route is not behind the admission middleware; see app.module.ts');
    const its = toPart({ who: `tenant ${tenant.key}`, percent: OF_A_TENANT }, this.most);
    const share = toShare(tenant, caller, request, OF_A_CALLER);
    const parts = [{ who: ALL, most: this.most }, its];
    return share === null ? parts : [...parts, toPart({ ...share, who: `${its.who} ${share.who}` }, its.most)];
  }
}

function sizeOf(answer: unknown): number {
  return typeof answer === 'string' || answer instanceof Uint8Array ? Buffer.byteLength(answer) : 0;
}
