import { Global, Module } from '@nestjs/common';

import { ObserveModule } from '../observe/index.js';
import { Clusters } from './clusters.js';
import { ControlDatabase } from './control-database.js';
import { DatabaseUsers } from './database-users.js';

@Global()
@Module({ imports: [ObserveModule], providers: [Clusters, ControlDatabase, DatabaseUsers], exports: [Clusters, ControlDatabase, DatabaseUsers] })
export class MongoModule {}
