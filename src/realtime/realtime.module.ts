import { Module } from '@nestjs/common';

import { LocationModule } from '../location/index.js';
import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { AdmissionWatch } from './admission-watch.js';
import { Audience } from './audience.js';
import { DefaultNamespace } from './default-namespace.js';
import { Handshake } from './handshake.js';
import { LiveEventsService } from './live-events.service.js';
import { Places } from './places.js';
import { ReceivedEventsService } from './received-events.service.js';
import { SilentConnections } from './silent-connections.js';
import { SocketGateway } from './socket.gateway.js';
import { SocketWork } from './socket-work.js';
import { TenantNamespaces } from './tenant-namespaces.js';

@Module({
  imports: [LocationModule, MessageModule, RoomModule],
  providers: [AdmissionWatch, Audience, DefaultNamespace, Handshake, LiveEventsService, Places, ReceivedEventsService, SilentConnections, SocketGateway, SocketWork, TenantNamespaces],
})
export class RealtimeModule {}
