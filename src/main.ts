import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';

import { createApplication } from './application.js';
import { loadEnvironment, readConfig, withMongoUri, type Config } from './config/index.js';
import { DemoService } from './demo/index.js';
import { EmbeddedMongo } from './mongo/index.js';
import { createLog } from './observe/index.js';
import { stopOnSignal } from './stop.js';
import { urlOf, welcome } from './welcome.js';

async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const log = createLog(config.log);
  // Whoever reads what is printed may leave; standard output is the log's.
  process.stderr.on('error', () => undefined);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  // Nothing is accepted yet, so there is nothing to finish; an embedded mongod ends with this process.
  const stopAtOnce = (): never => process.exit(0);
  process.on('SIGTERM', stopAtOnce).on('SIGINT', stopAtOnce);
  const embedded = config.mongo.uri === null ? await startEmbedded(config, log) : null;
  const app = await createApplication(embedded === null ? config : withMongoUri(config, embedded.uri), log);
  process.off('SIGTERM', stopAtOnce).off('SIGINT', stopAtOnce);
  stopOnSignal(app, embedded, log);
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await embedded?.stop();
    throw toListenError(error, config);
  }
  log.info(`listening on ${urlOf(app)}`);
  log.flush();
  process.stdout.write(welcome(config, urlOf(app), await fillDemo(app, log)));
}

function toListenError(error: unknown, { host, port }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`PORT ${port} on ${host} is in use: stop what uses it, or set another PORT.`, { cause: error });
  if (code === 'EACCES') return new Error(`PORT ${port} needs rights that this process does not have: set another PORT.`, { cause: error });
  return new Error(`HOST ${host} cannot be listened on: ${(error as Error).message}.`, { cause: error });
}

function startEmbedded({ mongo }: Config, log: Logger): Promise<EmbeddedMongo> {
  return EmbeddedMongo.start({
    ...mongo.embedded,
    binary: mongo.embedded.binary ?? undefined,
    note: (line) => process.stderr.write(`${line}\n`),
    onExit: (reason) => {
      log.fatal({ reason }, 'the embedded MongoDB has ended; stopping');
      process.exit(1);
    },
  });
}

async function fillDemo(app: NestExpressApplication, log: Logger): Promise<boolean> {
  return app.get(DemoService).fillIfEmpty().catch((error: unknown) => {
    log.error({ err: error }, 'the demo deployments could not be made');
    return false;
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
