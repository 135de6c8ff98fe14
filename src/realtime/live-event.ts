import type { View } from '../auth/index.js';
import { toWireLocation, type Location } from '../location/index.js';
import { toMessageNews, toWireMessage } from '../message/index.js';
import { toWireRoom, type Membered, type Message, type Room } from '../room/index.js';

/** What the sockets of a deployment hear. */
export interface LiveEvent {
  readonly name: string;
  /** The name without an id in it. */
  readonly kind: string;
  /** Who belongs to one of these rooms hears it, beside those who hear the whole deployment. */
  readonly rooms: readonly Membered[];
  /** What is heard in a view, as JSON has it: ids and dates are text already. */
  payloadIn(view: View): unknown;
}

/** A message that was stored: under the names that web panels and apps listen to, and before its room's first one that there is a room. */
export function toMessageEvents(message: Message, room: Room): LiveEvent[] {
  const payloadIn = onceForEach((view) => ({ message: toMessageNews(view, message, room) }));
  const events = ['new-message', 'new-app-message'].map((name) => ({ name, kind: name, rooms: [room], payloadIn }));
  return message.seq === 1 ? [toRoomCreated(message, room), ...events] : events;
}

/** An agent's location, for the agent and those of the rooms that have to do with its order. */
export function toLocationEvent(location: Location, rooms: readonly Membered[]): LiveEvent {
  const agent = { agent_id: String(location.agent_id) };
  const payloadIn = onceForEach((view) => view.show(toWireLocation(location)));
  return { name: `agent-location-${location.agent_id}`, kind: 'agent-location', rooms: [agent, ...rooms], payloadIn };
}

function toRoomCreated(message: Message, room: Room): LiveEvent {
  const payloadIn = onceForEach((view) => {
    const roomData = [{ ...view.show(toWireRoom(room)), chat_Data: [view.show(toWireMessage(message))] }];
    return { roomData, status: true, statusCode: 200, message: 'sent!' };
  });
  return { name: 'room-created', kind: 'room-created', rooms: [room], payloadIn };
}

function onceForEach(make: (view: View) => object): (view: View) => unknown {
  const made = new Map<string, unknown>();
  return (view) => {
    if (!made.has(view.id)) made.set(view.id, toJson(make(view)));
    return made.get(view.id);
  };
}

// socket.io looks into every object for binary data; text it sends as it is.
function toJson(payload: object): unknown {
  return JSON.parse(JSON.stringify(payload));
}
