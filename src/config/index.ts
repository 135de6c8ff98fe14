export type { Config, DatabaseUsersConfig, EmbeddedConfig, Fairness, Limits, MongoConfig } from './config.js';
export { ConfigError } from './config.errors.js';
export { CONFIG, ConfigModule } from './config.module.js';
export { loadEnvironment, readConfig, withMongoUri } from './read-config.js';
