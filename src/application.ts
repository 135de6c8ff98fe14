import { createRequire } from 'node:module';
import { dirname } from 'node:path';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import { json, urlencoded, type NextFunction, type RequestHandler, type Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import type { Logger } from 'pino';

import { AppModule } from './app.module.js';
import { RefusedCalls } from './audit/index.js';
import { Quota } from './auth/index.js';
import { AppErrorFilter, checkUtf8, DtoPipe, noteBodySize, readableBody, wellFormedUrl } from './common/index.js';
import type { Config } from './config/index.js';
import { ExpressServer } from './express-server.js';
import { Clusters } from './mongo/index.js';
import { Metrics, PinoLoggerService, requestLog, type LoggedRequest } from './observe/index.js';
import { serveDocs } from './swagger.js';
import { pathPrefix, type TenantRequest } from './tenancy/index.js';

const ALLOWED_HEADERS = ['Authorization', 'client', 'language', 'currency', 'code', 'content-type', 'idempotency-key', 'if-none-match', 'traceparent', 'tracestate'];
const EXPOSED_HEADERS = ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'etag', 'idempotent-replayed'];
// A list of a thousand ids is a thousand parameters; reading them takes quadratic time (measured: 9,500 take five seconds).
const MOST_PARAMETERS = 2_000;

// Old pages load `/socket.io/socket.io.js` and are written for its release 2; release 4 has other events and another `io`.
const CLIENT_SCRIPTS = dirname(createRequire(import.meta.url).resolve('socket.io-client-2/dist/socket.io.js'));

const SECURITY_HEADERS: HelmetOptions = {
  // Swagger UI is served over plain http too.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  // Pages of other origins load the client script.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // TLS ends before this service, and its hosts belong to client companies: whoever holds the certificate decides.
  strictTransportSecurity: false,
};

// What is shorter can be tried out.
const ADMIN_TOKEN_CHARACTERS = 16;

/** The service over HTTP, ready to listen: every middleware, filter and pipe that production has. */
export async function createApplication(config: Config, log: Logger): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config), new ExpressServer(), {
    bodyParser: false,
    logger: new PinoLoggerService(log),
    abortOnError: false,
  });
  const [refused, metrics] = [app.get(RefusedCalls), app.get(Metrics)];
  const errors = new AppErrorFilter((error, { tenant }: TenantRequest) => {
    refused.count(tenant?.key ?? null, error);
    metrics.countError(error.code);
  });
  addMiddleware(app, { config, log, errors });
  app.useGlobalFilters(errors);
  app.useGlobalPipes(new DtoPipe());
  if (config.docs) serveDocs(app);
  app.get(Clusters).open();
  if (config.adminToken !== null && config.adminToken.length < ADMIN_TOKEN_CHARACTERS) {
    log.warn(`ADMIN_TOKEN has fewer than ${ADMIN_TOKEN_CHARACTERS} characters: whoever guesses it can do everything to every deployment`);
  }
  return app;
}

interface Edge {
  readonly config: Config;
  readonly log: Logger;
  readonly errors: AppErrorFilter;
}

function addMiddleware(app: NestExpressApplication, { config, log, errors }: Edge): void {
  app.set('trust proxy', config.trustProxy);
  app.set('etag', false);
  app.use(requestLog(log, app.get(Metrics)), pathPrefix);
  app.use(helmet(SECURITY_HEADERS));
  app.enableCors({ origin: config.corsOrigins === null ? true : [...config.corsOrigins], credentials: false, allowedHeaders: ALLOWED_HEADERS, exposedHeaders: EXPOSED_HEADERS, maxAge: 600 });
  app.use(refusePaused(app.get(Quota), errors));
  app.use(compression());
  app.useStaticAssets(CLIENT_SCRIPTS, { prefix: '/socket.io/', index: false, fallthrough: true });
  app.use(json({ limit: config.limits.body, verify: lookAtBody }));
  app.use(urlencoded({ limit: config.limits.body, extended: true, parameterLimit: MOST_PARAMETERS, verify: lookAtBody }));
  app.use(['/api', '/admin'], wellFormedUrl);
  app.use(readableBody);
}

// Whoever has just made too many calls is answered here: on the way of an error past all routes a call too many would cost half as much again.
function refusePaused(quota: Quota, errors: AppErrorFilter): RequestHandler {
  return (request: TenantRequest & Pick<LoggedRequest, 'isFlood'>, response: Response, next: NextFunction) => {
    const refusal = /^\/api\//i.test(request.path) ? quota.findRefusal(request, response) : null;
    if (refusal === null) {
      next();
      return;
    }
    request.isFlood = true;
    errors.answer(refusal, request, response);
  };
}

// A body as it was sent, before a parser reads it.
function lookAtBody(...body: Parameters<typeof checkUtf8>): void {
  const [request, response, bytes] = body;
  noteBodySize(request, response, bytes);
  checkUtf8(...body);
}
