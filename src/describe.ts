import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';

import { AppModule } from './app.module.js';
import { readConfig } from './config/index.js';
import { createDocument } from './swagger.js';

/** The OpenAPI document, made without a database: nothing of the service is started. */
export async function describeService(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(AppModule.with(readConfig({})), { preview: true, logger: false, abortOnError: false });
  return createDocument(app);
}
