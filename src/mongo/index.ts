export { ChangeFeed, type Insertion } from './change-feed.js';
export { Cluster } from './cluster.js';
export { Clusters, DEFAULT_CLUSTER } from './clusters.js';
export type { Deadline } from './deadline.js';
export { ControlDatabase } from './control-database.js';
export { newId, toId, type Id } from './id.js';
export { DatabaseUnavailableError } from './mongo.errors.js';
export { MongoModule } from './mongo.module.js';
export { EmbeddedMongo, runningEmbeddedUri } from './embedded/embedded-mongo.js';
