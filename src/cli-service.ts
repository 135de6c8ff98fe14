import { userInfo } from 'node:os';

import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { AdminModule, KeyAdminService, TenantAdminService } from './admin/index.js';
import { AuditModule, type Actor } from './audit/index.js';
import { AuthModule } from './auth/index.js';
import { ConfigModule, loadEnvironment, readConfig, withMongoUri, type Config } from './config/index.js';
import { CheckService, EraseService, ExportService, ImportService, LoadService, MaintenanceModule, UpgradeService } from './maintenance/index.js';
import { EmbeddedMongo, MongoModule, runningEmbeddedUri } from './mongo/index.js';
import { ObserveModule } from './observe/index.js';
import { TenancyModule } from './tenancy/index.js';

@Module({ imports: [ObserveModule, MongoModule, AuditModule, TenancyModule, AuthModule, AdminModule, MaintenanceModule] })
class CliModule {
  static with(config: Config): DynamicModule {
    return { module: CliModule, imports: [ConfigModule.with(config)] };
  }
}

/** The services behind the admin API and of maintenance, and who is using them here. */
export interface Admin {
  readonly tenants: TenantAdminService;
  readonly keys: KeyAdminService;
  readonly check: CheckService;
  readonly upgrade: UpgradeService;
  readonly imports: ImportService;
  readonly exports: ExportService;
  readonly loads: LoadService;
  readonly erasures: EraseService;
  readonly actor: Actor;
}

const PATIENCE_MS = 10_000;

/** For work that nobody waits for an answer of, and of which it may take hours to come as far again. */
export function patient(config: Config): Config {
  return { ...config, mongo: { ...config.mongo, timeoutMs: Math.max(config.mongo.timeoutMs, PATIENCE_MS) } };
}

/** Runs `work` on these services, on the database that the service itself would use. */
export async function withAdmin<T>(work: (admin: Admin) => Promise<T>, adjust = (config: Config): Config => config): Promise<T> {
  return withDatabase(adjust(readConfig(loadEnvironment())), async (config) => {
    const context = await NestFactory.createApplicationContext(CliModule.with(config), { logger: false, abortOnError: false });
    try {
      return await work({
        tenants: context.get(TenantAdminService),
        keys: context.get(KeyAdminService),
        check: context.get(CheckService),
        upgrade: context.get(UpgradeService),
        imports: context.get(ImportService),
        exports: context.get(ExportService),
        loads: context.get(LoadService),
        erasures: context.get(EraseService),
        actor: findActor(),
      });
    } finally {
      await context.close();
    }
  });
}

// In a container the user may have a number only.
function findActor(): Actor {
  try {
    return { by: 'command line', from: userInfo().username };
  } catch {
    return { by: 'command line', from: String(process.getuid?.() ?? '') || null };
  }
}

/** Runs `work` on the database that the service itself would use: beside a running service its embedded MongoDB; without one it is started for this. */
async function withDatabase<T>(config: Config, work: (config: Config) => Promise<T>): Promise<T> {
  if (config.mongo.uri !== null) return work(config);
  const { embedded } = config.mongo;
  const running = await runningEmbeddedUri(embedded.dataPath);
  if (running !== null) return work(withMongoUri(config, running));
  const note = (line: string): unknown => process.stderr.write(`${line}\n`);
  const mongo = await EmbeddedMongo.start({ ...embedded, binary: embedded.binary ?? undefined, note });
  return work(withMongoUri(config, mongo.uri)).finally(() => mongo.stop());
}
