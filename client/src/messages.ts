import type { Ask } from './http.js';
import type { Message, NewMessage, SentMessage } from './wire.js';

/** Which of a room's messages are asked for; `before` and `after_seq` exclude each other. */
export interface HistoryRequest {
  /** Most messages of the answer, 1 to 1000: the newest, or with `after_seq` the oldest. */
  readonly limit?: number;
  /** `_id` of a message: only those before it. */
  readonly before?: string;
  /** `seq` of a message: only those after it. */
  readonly after_seq?: number;
}

/** Messages of a room, always oldest first. */
export interface MessageCalls {
  /** Stores a message; its sender joins the room. The answer's room is as it was before. */
  send(message: NewMessage): Promise<SentMessage>;
  history(roomId: string, request?: HistoryRequest): Promise<Message[]>;
  /** Pages back in time from the newest message, or from `before`; 100 messages each unless said otherwise. */
  olderPages(roomId: string, request?: Omit<HistoryRequest, 'after_seq'>): AsyncGenerator<Message[], void, undefined>;
  /** Pages on from a message that is known by its `seq`: what was missed while away. */
  newerPages(roomId: string, request: { readonly after_seq: number; readonly limit?: number }): AsyncGenerator<Message[], void, undefined>;
}

const PAGE_MESSAGES = 100;

export function messageCalls(ask: Ask): MessageCalls {
  const history = (roomId: string, query: HistoryRequest = {}): Promise<Message[]> =>
    ask((api, init) => api.GET('/api/chat/{roomId}', { ...init, params: { path: { roomId }, query } }));
  return {
    async send(body) {
      const { chatData, roomData } = await ask((api, init) => api.POST('/api/chat/sendMessageJoin', { ...init, body }));
      return { message: chatData, room: roomData };
    },
    history,
    olderPages: (roomId, { limit = PAGE_MESSAGES, ...from } = {}) =>
      pages(limit, from, (position) => history(roomId, { limit, ...position }), ([oldest]) => ({ before: oldest._id })),
    newerPages: (roomId, { limit = PAGE_MESSAGES, ...from }) =>
      pages(limit, from, (position) => history(roomId, { limit, ...position }), (page) => ({ after_seq: page[page.length - 1]?.seq ?? page[0].seq })),
  };
}

type Page = [Message, ...Message[]];

async function* pages<P>(limit: number, from: P, find: (position: P) => Promise<Message[]>, after: (page: Page) => P): AsyncGenerator<Message[], void, undefined> {
  for (let position = from; ; ) {
    const [first, ...others] = await find(position);
    if (first === undefined) return;
    const page: Page = [first, ...others];
    yield page;
    if (page.length < limit) return;
    position = after(page);
  }
}
