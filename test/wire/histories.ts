import { AGENT_MESSAGES, BARE_MESSAGE, PEER_MESSAGES, UNDEFINED_MESSAGE, VENDOR_MESSAGES } from './messages.js';
import { get, INVALID, NO_ROOM, refused, type WireCase } from './wire-case.js';

const history = (query: string, answer: unknown, room = '<id agent room>'): WireCase =>
  get({ name: `the history of ${room}${query}`, path: `/api/chat/${room}${query}` }, answer);

/** What rooms have of messages. */
export const HISTORIES: readonly WireCase[] = [
  history('', AGENT_MESSAGES),
  history('', VENDOR_MESSAGES, '<id vendor room>'),
  history('', PEER_MESSAGES, '<id peer room>'),
  history('', [UNDEFINED_MESSAGE], '<id undefined room>'),
  history('', [BARE_MESSAGE], '<id bare room>'),
  history('', [], '<id form room>'),
  history('?limit=2', AGENT_MESSAGES.slice(6)),
  history('?limit=1000', AGENT_MESSAGES),
  history('?before=<id agent message 4>', AGENT_MESSAGES.slice(0, 3)),
  history('?before=<id agent message 4>&limit=2', AGENT_MESSAGES.slice(1, 3)),
  history('?before=<id agent message 1>', []),
  history('?after_seq=0&limit=2', AGENT_MESSAGES.slice(0, 2)),
  history('?after_seq=5', AGENT_MESSAGES.slice(5)),
  history('?after_seq=8', []),
  refused(history('', null, '641d731dee3408c461095a2b'), NO_ROOM, {}, 'No room found!'),
  ...['133', 'undefined', 'null', '52788594'].map((room) => refused(history('', null, room), INVALID)),
  ...['?limit=0', '?limit=1001', '?limit=x', '?before=x', '?before=<id vendor message 1>', '?after_seq=-1', '?after_seq=x', '?before=<id agent message 4>&after_seq=1'].map((query) =>
    refused(history(query, null), INVALID),
  ),
];
