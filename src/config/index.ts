export type { Config, DatabaseUsersConfig, EmbeddedConfig, Limits, MongoConfig } from './config.js';
export { ConfigError } from './config.errors.js';
export { CONFIG, ConfigModule } from './config.module.js';
export { loadEnvironment, readConfig, withMongoUri } from './read-config.js';
