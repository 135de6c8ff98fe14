import { pick } from '../common/index.js';
import type { Id } from '../mongo/index.js';

/** Where an agent was at a moment of an order, as stored. */
export interface Location {
  _id: Id;
  short_code: string | null;
  status: string | null;
  agent_id: number;
  lat: string;
  lng: string;
  order_id: number;
  created_date: Date;
  updated_date: Date;
  __v: number;
  /** Written by an import, so that no socket is told of it. Never answered. */
  brought_in?: true;
}

/** What an agent's app says of it. */
export type LocationFields = Pick<Location, 'short_code' | 'status' | 'agent_id' | 'lat' | 'lng' | 'order_id'>;

const WIRE_FIELDS = ['short_code', 'status', '_id', 'agent_id', 'lat', 'lng', 'order_id', 'created_date', 'updated_date', '__v'] as const;

/** The location as answered: exactly the wire's fields. */
export function toWireLocation(location: Location): Location {
  return pick(location, WIRE_FIELDS);
}
