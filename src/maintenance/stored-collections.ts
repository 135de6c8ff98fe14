import type { StoredKind } from '../mongo/index.js';

/** A collection of a tenant's database that goes with it wherever it goes. */
export interface StoredCollection {
  readonly name: string;
  /** Fields that each of its documents has, and what they are. */
  readonly needs: Readonly<Record<string, StoredKind>>;
  /** Whether sockets are told of what is inserted into it, unless that is marked. */
  readonly isPushed: boolean;
  /** Whether its documents go by themselves after a while. */
  readonly expires: boolean;
}

const LASTING = { isPushed: false, expires: false } as const;

/** In the order in which they are loaded: nobody meets a room before all that is said in it. */
export const STORED_COLLECTIONS: readonly StoredCollection[] = [
  { ...LASTING, name: 'messages', isPushed: true, needs: { _id: 'ObjectId', room: 'ObjectId', created_date: 'date', seq: 'number' } },
  { ...LASTING, name: 'merged_rooms', needs: { _id: 'ObjectId', room: 'ObjectId' } },
  { ...LASTING, name: 'locations', isPushed: true, needs: { _id: 'ObjectId', agent_id: 'number', order_id: 'number', lat: 'text', lng: 'text', created_date: 'date' } },
  { ...LASTING, name: 'send_keys', expires: true, needs: { _id: 'text', content: 'text', message: 'ObjectId', created_date: 'date' } },
  {
    ...{ ...LASTING, name: 'rooms' },
    needs: { _id: 'ObjectId', room_name: 'text', created_date: 'date', updated_date: 'date', participants: 'list', seq: 'number', revision: 'ObjectId' },
  },
];
