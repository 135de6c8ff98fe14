import { Injectable } from '@nestjs/common';

import { NotAllowedError, type Caller } from '../auth/index.js';
import { newId } from '../mongo/index.js';
import { checkMayWrite, isOf, RoomService, type Membered } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { LocationNotFoundError } from './location.errors.js';
import { LocationRepository } from './location.repository.js';
import type { Location, LocationFields } from './location.js';

/** Where agents are. */
@Injectable()
export class LocationService {
  constructor(
    private readonly locations: LocationRepository,
    private readonly rooms: RoomService,
  ) {}

  /** Stores where an agent is now. @throws NotAllowedError where it is somebody else's to say */
  async save(tenant: Tenant, caller: Caller, fields: LocationFields): Promise<Location> {
    checkMayWrite(caller);
    if (!isOf(caller, toOwner(fields))) throw new NotAllowedError('You can only say where you are yourself.');
    const now = new Date();
    const location = { _id: newId(), ...fields, created_date: now, updated_date: now, __v: 0 };
    await this.locations.insert(tenant, location);
    return location;
  }

  /** The newest location of an agent on an order. @throws LocationNotFoundError where there is none that the caller may see */
  async getNewest(tenant: Tenant, caller: Caller, agentId: number, orderId: number): Promise<Location> {
    const isTheirs = await this.isTheirs(tenant, caller, agentId, orderId);
    const location = isTheirs ? await this.locations.findNewest(tenant, agentId, orderId) : null;
    if (location === null) throw new LocationNotFoundError();
    return location;
  }

  // Who has a room of the order with the agent may know where the agent is.
  private async isTheirs(tenant: Tenant, caller: Caller, agentId: number, orderId: number): Promise<boolean> {
    if (isOf(caller, toOwner({ agent_id: agentId }))) return true;
    const rooms = await this.rooms.findOfAgent(tenant, String(agentId), String(orderId));
    return rooms.some((room) => isOf(caller, room));
  }
}

function toOwner({ agent_id: id }: Pick<Location, 'agent_id'>): Membered {
  return { agent_id: String(id) };
}
