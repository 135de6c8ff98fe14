import { Global, Module } from '@nestjs/common';

import { Clusters } from './clusters.js';
import { ControlDatabase } from './control-database.js';

@Global()
@Module({ providers: [Clusters, ControlDatabase], exports: [Clusters, ControlDatabase] })
export class MongoModule {}
