import { newId, toId, type Id } from '../mongo/index.js';
import { PAGE_ANSWER, type Message, type Participant, type Room } from '../room/index.js';

type WireDocument = Readonly<Record<string, unknown>>;

/** The API page's two rooms as they are stored, ids and dates included. */
export function aceRooms(): Room[] {
  return PAGE_ANSWER.roomData.map(({ user_Data, chat_Data, ...room }) => ({
    ...(toStored(room) as unknown as Room),
    participants: user_Data.map((one) => ({ ...toStored(one), room_id: id(one.room_id) }) as unknown as Participant),
    last_message: chat_Data.map((one) => ({ ...toStored(one), room: id(one.room), seq: 1 }) as unknown as Message)[0] ?? null,
    seq: chat_Data.length,
    revision: newId(),
  }));
}

function toStored(document: WireDocument): Record<string, unknown> {
  const fields = Object.entries(document).map(([field, value]) => [field, toStoredValue(field, value)]);
  return Object.fromEntries(fields) as Record<string, unknown>;
}

function toStoredValue(field: string, value: unknown): unknown {
  if (field === '_id') return id(String(value));
  return field.endsWith('_date') ? new Date(String(value)) : value;
}

function id(hex: string): Id {
  return toId(hex) as Id;
}
