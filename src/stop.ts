import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';

import { CONFIG, type Config } from './config/index.js';
import { HealthService } from './health/index.js';

// Of the 10 s that a stop may take: for answering what was accepted, until that has been answered, and in all.
const LONGEST_DRAIN_MS = 6_000;
const DRAINED_MS = 8_500;
const LONGEST_STOP_MS = 9_500;
const IDLE_CHECK_MS = 100;

/**
 * Stops cleanly on SIGTERM or SIGINT: `ready` answers 503 at once, all else is answered as before until balancers have seen that; then nothing
 * more is accepted, sockets are closed, what was accepted is finished, pools and the embedded MongoDB are closed, and the process exits 0 within 10 s.
 */
export function stopOnSignal(app: NestExpressApplication, embedded: { stop(): Promise<void> } | null, log: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(0), LONGEST_STOP_MS).unref();
    void close(app, embedded, log).finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function close(app: NestExpressApplication, embedded: { stop(): Promise<void> } | null, log: Logger): Promise<void> {
  const server = app.getHttpServer();
  const { stopDelayMs } = app.get<Config>(CONFIG);
  app.get(HealthService).drain();
  // Who keeps a connection learns with its next answer that it should make another one, which will not be here.
  server.prependListener('request', (_request, response: ServerResponse) => response.setHeader('Connection', 'close'));
  await pause(stopDelayMs);
  // Node closes what is idle now, and waits for what has been answered since until it has been idle for long.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => {
    log.warn('some calls were still unanswered; closing their connections');
    server.closeAllConnections();
  }, Math.min(LONGEST_DRAIN_MS, DRAINED_MS - stopDelayMs));
  await app.close().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  clearTimeout(late);
  clearInterval(idle);
  await embedded?.stop().catch((error: unknown) => log.error({ err: error }, 'stopping the embedded MongoDB failed'));
  log.info('stopped');
}
