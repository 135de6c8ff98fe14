import type { AddressInfo } from 'node:net';

import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';

import { createApplication } from '../../src/application.js';
import { readConfig, type Config } from '../../src/config/index.js';
import { newId } from '../../src/mongo/index.js';

/** A running service: the real module on a free port, with a control database of its own that goes with it. */
export interface TestApp {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly config: Config;
  /** The log so far, one object a line. */
  readonly log: Record<string, unknown>[];
  close(): Promise<void>;
}

export const ADMIN_TOKEN = 'test-admin-token-0123456789';

/** Starts the service; `variables` are environment variables over the tests' own. */
export async function startApp(variables: Record<string, string | undefined> = {}): Promise<TestApp> {
  const controlDatabase = variables.CONTROL_DATABASE ?? `test_control_${newId().toHexString()}`;
  const config = readConfig({
    MONGODB_URI: process.env.MONGODB_URI,
    CONTROL_DATABASE: controlDatabase,
    ADMIN_TOKEN,
    DIRECTORY_REFRESH_MS: '50',
    PORT: '0',
    HOST: '127.0.0.1',
    ...variables,
  });
  const log: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
  const app = await createApplication(config, pino({ level: 'debug', base: null, errorKey: 'err' }, sink));
  await app.listen(config.port, config.host);
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return { app, url: `http://127.0.0.1:${port}`, config, log, close: () => app.close() };
}
