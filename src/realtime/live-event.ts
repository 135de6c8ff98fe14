import { toWireLocation, type Location } from '../location/index.js';
import { toMessageNews, toWireMessage } from '../message/index.js';
import { toWireRoom, type Message, type Room } from '../room/index.js';

/** What the sockets of a deployment hear. */
export interface LiveEvent {
  readonly name: string;
  /** The name without an id in it. */
  readonly kind: string;
  /** As JSON has it: ids and dates are text already. */
  readonly payload: unknown;
}

/** A message that was stored: under the names that web panels and apps listen to, and before its room's first one that there is a room. */
export function toMessageEvents(message: Message, room: Room): LiveEvent[] {
  const news = toJson({ message: toMessageNews(message, room) });
  const events = ['new-message', 'new-app-message'].map((name) => ({ name, kind: name, payload: news }));
  return message.seq === 1 ? [toRoomCreated(message, room), ...events] : events;
}

/** An agent's location, for those who follow this agent. */
export function toLocationEvent(location: Location): LiveEvent {
  return { name: `agent-location-${location.agent_id}`, kind: 'agent-location', payload: toJson(toWireLocation(location)) };
}

function toRoomCreated(message: Message, room: Room): LiveEvent {
  const roomData = [{ ...toWireRoom(room), chat_Data: [toWireMessage(message)] }];
  return { name: 'room-created', kind: 'room-created', payload: toJson({ roomData, status: true, statusCode: 200, message: 'sent!' }) };
}

// socket.io looks into every object for binary data; text it sends as it is.
function toJson(payload: object): unknown {
  return JSON.parse(JSON.stringify(payload));
}
