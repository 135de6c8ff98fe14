import mongoose, { type mongo } from 'mongoose';

/** How much of the replaced service's data is made. */
export interface OldDataSize {
  readonly deployments: number;
  readonly rooms: number;
  readonly messages: number;
}

/** What of it belongs to one deployment, dirt included. */
export interface OldDeployment {
  readonly dbName: string;
  readonly agentDb: string;
  /** Rooms of different names. */
  rooms: number;
  /** Further rooms of a name that another has. */
  duplicateRooms: number;
  participants: number;
  duplicateParticipants: number;
  messages: number;
}

/** What was made. */
export interface OldData {
  readonly deployments: readonly OldDeployment[];
  /** Messages and participants of rooms that nobody has. */
  readonly messagesWithoutRoom: number;
  readonly participantsWithoutRoom: number;
}

type Row = Record<string, unknown> & { readonly _id: mongoose.Types.ObjectId };

interface OldRoom {
  readonly id: mongoose.Types.ObjectId;
  readonly deployment: OldDeployment;
  readonly fields: Record<string, unknown>;
}

const BEGAN = Date.UTC(2023, 0, 1);
const STEP_MS = 1_000;
// Orders are talked about while they are new.
const LIVELY = 400;
const AT_ONCE = 2_000;
const TYPES = ['agent_to_user', 'vendor_to_user', 'user_to_user', 'agent-to-user', 'user_to_agent', 'user_to_vendor', 'support_chat'];
const TEXT = 'On my way, I am at the corner of the market square and shall be at your door in a few minutes. ';

/**
 * Fills a database as the replaced service leaves it after years: no index but `_id`, and each kind of dirt in it. The same sizes make the
 * same documents, ids included.
 */
export async function fillOldData(database: mongo.Db, size: OldDataSize): Promise<OldData> {
  return new OldDataMaker(database, size).fill();
}

/** An id of that moment; `kind` keeps the collections apart. */
export function oldId(moment: number, kind: number, at: number): mongoose.Types.ObjectId {
  const seconds = Math.floor(moment / 1_000).toString(16).padStart(8, '0');
  return new mongoose.Types.ObjectId(`${seconds}0000000${kind}${at.toString(16).padStart(8, '0')}`);
}

class OldDataMaker {
  private readonly rows = new Map<string, Row[]>();
  private readonly deployments: OldDeployment[];
  private readonly rooms: OldRoom[] = [];
  private drawn = 42;
  private participants = 0;
  private messagesWithoutRoom = 0;
  private participantsWithoutRoom = 0;

  constructor(
    private readonly database: mongo.Db,
    private readonly size: OldDataSize,
  ) {
    this.deployments = Array.from({ length: size.deployments }, (_, at) => ({
      ...{ dbName: `shop${at}`, agentDb: `fleet${at}`, rooms: 0, duplicateRooms: 0, participants: 0, duplicateParticipants: 0, messages: 0 },
    }));
  }

  async fill(): Promise<OldData> {
    const { rooms, messages } = this.size;
    for (let at = 0; at < messages; at++) {
      while (this.rooms.length < rooms && this.rooms.length * messages <= at * rooms) await this.addRoom(this.rooms.length, at);
      await this.addMessage(at);
    }
    for (const name of this.rows.keys()) await this.flush(name);
    const { deployments, messagesWithoutRoom, participantsWithoutRoom } = this;
    return { deployments, messagesWithoutRoom, participantsWithoutRoom };
  }

  private async addRoom(at: number, message: number): Promise<void> {
    const deployment = this.deployments[at % this.size.deployments]!;
    const like = at % 49 === 7 ? this.rooms[at - 3 * this.size.deployments] : undefined;
    const moment = BEGAN + message * STEP_MS;
    const id = oldId(moment, 1, at);
    const fields = like?.fields ?? toRoomFields(at, deployment);
    if (like === undefined) deployment.rooms++;
    else deployment.duplicateRooms++;
    this.rooms.push({ id, deployment, fields });
    await this.add('rooms', { _id: id, ...fields, ...toRoomDates(at, moment), __v: at % 59 === 3 ? '0' : 0 });
    await this.addParticipants(at, moment);
  }

  private async addParticipants(at: number, moment: number): Promise<void> {
    const kinds = ['agent', 'user', ...(at % 3 === 0 ? ['vendor'] : []), ...(at % 31 === 4 ? ['agent'] : []), ...(at % 43 === 5 ? ['admin', 'admin'] : [])];
    const seen = new Set<string>();
    const { id, deployment, fields } = this.rooms[at]!;
    // Those of a room that is made twice are in both of them.
    const isAgain = at % 49 === 7 && at >= 3 * this.size.deployments;
    for (const kind of kinds) {
      if (seen.has(kind) || (isAgain && kinds.length === 2)) deployment.duplicateParticipants++;
      seen.add(kind);
      deployment.participants++;
      const number = this.participants++;
      await this.add('roomusers', { _id: oldId(moment, 2, number), ...toParticipant(number, kind, fields, at), room_id: number % 79 === 9 ? id.toHexString() : id, ...toDates(number, moment) });
    }
    if (at % 401 === 11) {
      this.participantsWithoutRoom++;
      await this.add('roomusers', { _id: oldId(moment, 3, at), ...toParticipant(at, 'agent', fields, at), room_id: oldId(moment, 9, at), created_date: new Date(moment) });
    }
  }

  private async addMessage(at: number): Promise<void> {
    const moment = BEGAN + at * STEP_MS;
    const { id, deployment, fields } = this.rooms[this.rooms.length - 1 - this.draw(Math.min(LIVELY, this.rooms.length))]!;
    const isOrphan = at % 1_000 === 1 || at % 5_000 === 2;
    if (isOrphan) this.messagesWithoutRoom++;
    else deployment.messages++;
    const room = at % 5_000 === 2 ? null : isOrphan ? oldId(moment, 8, at) : at % 100 === 5 ? id.toHexString() : id;
    await this.add('chats', { _id: oldId(moment, 4, at), room, ...toMessageFields(at, fields), ...toMessageDate(at, moment) });
  }

  private async add(name: string, row: Row): Promise<void> {
    const rows = this.rows.get(name) ?? [];
    this.rows.set(name, rows);
    if (rows.push(row) >= AT_ONCE) await this.flush(name);
  }

  private async flush(name: string): Promise<void> {
    const rows = this.rows.get(name)?.splice(0) ?? [];
    if (rows.length > 0) await this.database.collection<Row>(name).insertMany(rows);
  }

  // The same numbers on every machine: https://en.wikipedia.org/wiki/Linear_congruential_generator
  private draw(below: number): number {
    this.drawn = (Math.imul(this.drawn, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.drawn / 2 ** 32) * below);
  }
}

function toRoomFields(at: number, { dbName, agentDb }: OldDeployment): Record<string, unknown> {
  const [agent, vendor, user] = [String(100 + (at % 400)), String(at % 90), String(at % 3_000)];
  const isNumbered = at % 23 === 2;
  return {
    status: at % 71 === 6 ? 'true' : true,
    type: at % 9 === 0 ? TYPES[Math.floor(at / 9) % TYPES.length] : 'agent_to_user',
    ...(at % 4 === 0 ? {} : { isRaiseIssue: at % 33 === 1 ? '0' : at % 37 === 1 ? 1 : false }),
    room_id: isNumbered ? at : String(at),
    room_name: `OrderNo-${at}-orderId-${at}-oderVendor-${vendor}-agentId-${agent}`,
    order_vendor_id: String(at),
    order_id: isNumbered ? at : String(at),
    agent_db: agentDb,
    vendor_id: isNumbered ? Number(vendor) : vendor,
    sub_domain: '192.168.101.88',
    vendor_user_id: agent,
    order_user_id: user,
    agent_id: isNumbered ? Number(agent) : agent,
    db_name: dbName,
    client_id: at % 21 === 1 ? 1 : '1',
    ...(at % 11 === 0 ? { p2p_id: null, product_price: 12.5, product_name: 'lamp' } : {}),
  };
}

function toRoomDates(at: number, moment: number): object {
  if (at % 89 === 17) return {};
  if (at % 89 === 18) return { created_date: new Date(moment) };
  return { created_date: at % 97 === 19 ? new Date(moment).toISOString() : new Date(moment), updated_date: new Date(moment + 600_000) };
}

function toDates(at: number, moment: number): object {
  return at % 119 === 21 ? { __v: 0 } : { created_date: new Date(moment), updated_date: new Date(moment), __v: 0 };
}

function shared({ room_name, vendor_id, vendor_user_id, order_user_id, order_vendor_id }: Record<string, unknown>): object {
  return { room_name, vendor_id, vendor_user_id, order_user_id, order_vendor_id };
}

function toParticipant(at: number, kind: string, fields: Record<string, unknown>, room: number): object {
  const id = kind === 'agent' ? fields.agent_id : kind === 'user' ? fields.order_user_id : room;
  return {
    status: true,
    user_type: kind,
    user_id: kind === 'vendor' ? fields.vendor_id : id,
    email: kind === 'admin' ? 'panel@example.com' : '',
    username: `${kind} ${at % 500}`,
    phone_num: at % 6 === 0 ? '+null 0000000000' : '+10000000000',
    display_image: null,
    sub_domain: '192.168.101.88',
    auth_user_id: id,
    ...shared(fields),
  };
}

function toMessageFields(at: number, fields: Record<string, unknown>): object {
  const isAgent = at % 2 === 0;
  return {
    message: `${at} ${TEXT}${at % 3 === 0 ? TEXT : ''}`,
    user_type: isAgent ? 'agent' : 'user',
    to_message: isAgent ? 'to_user' : 'to_agent',
    from_message: isAgent ? 'from_agent' : 'from_user',
    email: '',
    username: isAgent ? 'goutav' : 'John Doe',
    phone_num: '+10000000000',
    display_image: 'https://images.example.com/profiles/141/small.jpg',
    chat_type: 'agent_chat',
    auth_user_id: isAgent ? fields.agent_id : fields.order_user_id,
    to_id: fields.vendor_id,
    from_id: fields.order_user_id,
    from_user_id: isAgent ? fields.agent_id : fields.order_user_id,
    ...(at % 5 === 0 ? {} : { is_media: at % 51 === 1 ? '0' : false, mediaUrl: null, thumbnailUrl: null, mediaType: null }),
    ...shared(fields),
    ...(at % 500 === 3 ? { seen_by: ['141'] } : {}),
    __v: 0,
  };
}

function toMessageDate(at: number, moment: number): object {
  if (at % 200 === 13) return {};
  if (at % 200 === 77) return { created_date: new Date(moment).toISOString() };
  if (at % 200 === 99) return { created_date: moment };
  // Written late, or by a server whose clock is behind.
  if (at % 200 === 111) return { created_date: new Date(moment - 3_600_000) };
  return { created_date: new Date(moment) };
}
