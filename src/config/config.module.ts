import { Module, type DynamicModule } from '@nestjs/common';

import type { Config } from './config.js';

/** Injection token of the frozen {@link Config}. */
export const CONFIG = Symbol('config');

@Module({})
export class ConfigModule {
  /** Makes `config` available everywhere under {@link CONFIG}. */
  static with(config: Config): DynamicModule {
    return { module: ConfigModule, global: true, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] };
  }
}
