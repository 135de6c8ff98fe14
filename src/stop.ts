import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';

import { HealthService } from './health/index.js';

// Of the 10 s that a stop may take, so much is for answering what was accepted, and so much in all.
const LONGEST_DRAIN_MS = 6_000;
const LONGEST_STOP_MS = 9_500;
const IDLE_CHECK_MS = 100;

/**
 * Stops cleanly on SIGTERM or SIGINT: `ready` answers 503, nothing more is accepted, what was accepted is finished, pools and the
 * embedded MongoDB are closed, and the process exits 0 within 10 s.
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
  app.get(HealthService).drain();
  const server = app.getHttpServer() as { closeAllConnections(): void; closeIdleConnections(): void };
  // Node closes what is idle now, and waits for what has been answered since until it has been idle for long.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => {
    log.warn('some calls were still unanswered; closing their connections');
    server.closeAllConnections();
  }, LONGEST_DRAIN_MS);
  await app.close().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  clearTimeout(late);
  clearInterval(idle);
  await embedded?.stop().catch((error: unknown) => log.error({ err: error }, 'stopping the embedded MongoDB failed'));
  log.info('stopped');
}
