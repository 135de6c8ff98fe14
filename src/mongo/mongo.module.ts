import { Global, Module } from '@nestjs/common';

import { Clusters } from './clusters.js';
import { ControlDatabase } from './control-database.js';
import { DatabaseUsers } from './database-users.js';

@Global()
@Module({ providers: [Clusters, ControlDatabase, DatabaseUsers], exports: [Clusters, ControlDatabase, DatabaseUsers] })
export class MongoModule {}
