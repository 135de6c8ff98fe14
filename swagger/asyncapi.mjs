// The AsyncAPI document of the socket events. What a message, a room or a location looks like is taken out of the OpenAPI document, so that the
// two cannot differ; the events themselves are described here.
import { reachable, refTo } from './schemas.mjs';

const DESCRIPTION = `The socket events of Anteroom, over socket.io: clients of engine.io 3 and 4 (socket.io-client 1.x to 4.x), by websocket or polling.

**Which deployment** a socket hears: \`io(base)\` of the base URL that the calls go to. A base \`https://host/t/<key>\` joins the namespace
\`/t/<key>\`; the engine's path stays \`/socket.io\`. A deployment with a host name of its own, and the one of \`DEFAULT_TENANT\`, is heard in \`/\`
as well: at once by a client of engine.io 4, after five seconds without a namespace by one of engine.io 3.

A socket hears its own deployment only, and each stored message once in each of its two events, the sender's sockets too. What a client
emits is never relayed as it is.`;

const ROOM = {
  ...{ _id: '641d731dee3408c461095a2b', status: true, type: 'agent_to_user', isRaiseIssue: false, room_id: '52788594' },
  ...{ room_name: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141', order_vendor_id: '9', order_id: '10', agent_db: 'ace', vendor_id: '7' },
  ...{ vendor_user_id: '141', order_user_id: '1', agent_id: '141', db_name: 'ace', client_id: '1' },
  ...{ created_date: '2023-03-24T09:53:33.000Z', updated_date: '2023-03-24T10:33:42.474Z', __v: 0 },
};
const MESSAGE = {
  ...{ _id: '641d7c860e4a2b0012d3a5f1', room: ROOM._id, message: 'I am at the door.', user_type: 'agent', to_message: 'to_user', from_message: 'from_agent' },
  ...{ email: '', username: 'goutav', phone_num: 'N/A', display_image: null, chat_type: 'agent_to_user', auth_user_id: '141', to_id: '7', from_id: '1' },
  ...{ from_user_id: '141', is_media: false, mediaType: null, created_date: ROOM.updated_date, __v: 0 },
  ...{ room_name: ROOM.room_name, vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9', seq: 1 },
};
const SENT = { new: true, status: true, statusCode: 200, message: 'sent!' };
const PLACE = { agent_id: 141, short_code: '', lat: '30.7333', lng: '76.7794', order_id: 10, status: 'running' };
const LOCATION = { ...PLACE, _id: '641d7c860e4a2b0012d3a5f2', created_date: ROOM.updated_date, updated_date: ROOM.updated_date, __v: 0 };
const REFUSAL = { status: false, statusCode: 403, error: 'TENANT_SUSPENDED', message: 'This deployment is suspended.' };

const ownSchemas = {
  NewMessageEvent: {
    type: 'object',
    description: 'A message that was stored.',
    properties: { message: { description: 'The answer of its send, but `roomData` is the room as it is now.', allOf: [refTo('SentMessageDto')] } },
    required: ['message'],
    examples: [{ message: { chatData: MESSAGE, roomData: ROOM, ...SENT } }],
  },
  RoomWithMessage: {
    description: 'A room and its first message.',
    allOf: [
      refTo('RoomDto'),
      { type: 'object', properties: { chat_Data: { type: 'array', items: refTo('MessageDto'), minItems: 1, maxItems: 1 } }, required: ['chat_Data'] },
    ],
    examples: [{ ...ROOM, chat_Data: [MESSAGE] }],
  },
  RoomCreatedEvent: {
    type: 'object',
    description: 'A room got its first message.',
    properties: {
      roomData: { type: 'array', items: refTo('RoomWithMessage'), minItems: 1, maxItems: 1 },
      ...{ status: { const: true }, statusCode: { const: 200 }, message: { const: 'sent!' } },
    },
    required: ['roomData', 'status', 'statusCode', 'message'],
    examples: [{ roomData: [{ ...ROOM, chat_Data: [MESSAGE] }], status: true, statusCode: 200, message: 'sent!' }],
  },
  CatchUpEvent: {
    type: 'object',
    description:
      'The socket may have missed events: whatever was stored meanwhile is in the answers of the calls. Sent where the service lost its place in what is stored, ' +
      'where events could not be pushed, and in the default namespace when a socket begins to hear its deployment.',
    properties: {
      since: {
        type: 'string',
        format: 'date-time',
        description: 'Since when something may be missing: good as `updated_since` of a list. What a client keeps itself – the last `seq` of a room, `as_of` of a list – is more exact.',
      },
    },
    required: ['since'],
    examples: [{ since: '2023-03-24T10:31:42.000Z' }],
  },
  SaveMessageEvent: {
    type: 'object',
    description: 'What old apps relay after a send: accepted, without effect, because the service pushes what it has stored by itself.',
    additionalProperties: true,
    deprecated: true,
    examples: [{ chatData: MESSAGE, roomData: ROOM, ...SENT }, { room: ROOM._id, nickname: 'goutav', message: 'joined', created_date: ROOM.updated_date }],
  },
  JoinRoomEvent: {
    type: 'object',
    description: 'What old apps say when they open a room: accepted, without effect, because a socket hears its whole deployment.',
    additionalProperties: true,
    deprecated: true,
    examples: [{ email: 'casey@example.com', roomId: ROOM._id }],
  },
  Refusal: {
    type: 'object',
    description:
      'Why a connection is refused: `data` of the error that a client of engine.io 4 gets with `connect_error`, and what one of engine.io 3 gets with ' +
      '`error`. A namespace of no registered deployment is refused by socket.io itself: the message is `Invalid namespace`, without data.',
    properties: {
      ...{ status: { const: false }, statusCode: { type: 'integer', enum: [403, 429] } },
      error: { type: 'string', enum: ['TENANT_SUSPENDED', 'CREDENTIAL_REFUSED', 'TOO_MANY_REQUESTS'] },
      message: { type: 'string', description: 'What happened, for people.' },
    },
    required: ['status', 'statusCode', 'error', 'message'],
    examples: [REFUSAL],
  },
  Handshake: {
    type: 'object',
    description: '`auth` of the handshake; old apps send none.',
    properties: { token: { type: 'string', description: "The caller's credential, where the deployment asks for one." } },
    examples: [{ token: 'a-token-of-the-deployment' }],
  },
};

// Keyed by what the channels call them; `name` is the event.
const pushed = {
  newMessage: { name: 'new-message', summary: 'A message was stored, for panels and apps alike.', payload: 'NewMessageEvent' },
  newAppMessage: { name: 'new-app-message', summary: 'The same under the name that apps listen to.', payload: 'NewMessageEvent' },
  roomCreated: { name: 'room-created', summary: 'A room got its first message.', payload: 'RoomCreatedEvent' },
  agentLocation: {
    name: 'agent-location-{agent_id}',
    summary: 'Where an agent is now. The name of the event ends with the `agent_id` of its payload.',
    payload: 'LocationDto',
    examples: [LOCATION],
  },
  catchUp: { name: 'catch-up', summary: 'Something may have been missed. A client that is told so, or that has just connected, asks for it.', payload: 'CatchUpEvent' },
};
const refused = {
  connectError: { name: 'connect_error', summary: 'The connection is refused; the error carries this as `data`.', payload: 'Refusal' },
};
const taken = {
  saveMessage: { name: 'save-message', summary: 'Accepted, without effect.', payload: 'SaveMessageEvent' },
  joinRoom: { name: 'joinRoom', summary: 'Accepted, without effect.', payload: 'JoinRoomEvent' },
  saveUserLocation: { name: 'save-user-location', summary: 'Stored as a location, and pushed as one.', payload: 'SaveLocationDto', examples: [PLACE] },
};
const messages = { ...pushed, ...refused, ...taken };

const channels = {
  deployment: {
    address: '/t/{key}',
    title: 'The namespace of a deployment',
    parameters: { key: { description: "The deployment's key.", examples: ['ace'] } },
    messages: mapValues(messages, (_, key) => ({ $ref: `#/components/messages/${key}` })),
  },
  host: {
    address: '/',
    title: "The default namespace, for a deployment's own host and for DEFAULT_TENANT; it refuses nobody",
    messages: mapValues({ ...pushed, ...taken }, (_, key) => ({ $ref: `#/components/messages/${key}` })),
  },
};

/** The AsyncAPI document that goes with this OpenAPI document. */
export function describeEvents(openapi) {
  const shared = mapValues(openapi.components.schemas, toJsonSchema);
  const roots = Object.values(messages).map(({ payload }) => payload);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Anteroom events', version: openapi.info.version, description: DESCRIPTION, license: openapi.info.license },
    defaultContentType: 'application/json',
    servers: { service: { host: 'chat.example.com', pathname: '/socket.io', protocol: 'wss', description: 'socket.io over websocket or polling.' } },
    channels,
    operations: Object.assign({}, ...Object.keys(channels).map(operationsOn)),
    components: {
      messages: mapValues(messages, toMessage),
      schemas: reachable({ ...shared, ...ownSchemas }, [...roots, 'Handshake']),
      securitySchemes: { token: { type: 'apiKey', in: 'user', description: '`auth: { token }` of the handshake, where the deployment asks for one.' } },
    },
  };
}

function operationsOn(channel) {
  const operation = (action, summary, these) => ({
    action,
    channel: { $ref: `#/channels/${channel}` },
    summary,
    security: [{ $ref: '#/components/securitySchemes/token' }],
    messages: Object.keys(these).map((key) => ({ $ref: `#/channels/${channel}/messages/${key}` })),
  });
  return {
    [`${channel}.push`]: operation('send', 'What the service pushes to every socket of the deployment.', pushed),
    ...(channel === 'host' ? {} : { [`${channel}.refuse`]: operation('send', 'What a socket gets that is not let in.', refused) }),
    [`${channel}.take`]: operation('receive', 'What clients may emit.', taken),
  };
}

function toMessage({ name, summary, payload, examples = ownSchemas[payload].examples }) {
  return { name, summary, payload: refTo(payload), examples: examples.map((example) => ({ payload: example })) };
}

// OpenAPI 3.0 says `nullable` and `example` where JSON Schema, which AsyncAPI is made of, has a type and a list.
function toJsonSchema(schema) {
  if (Array.isArray(schema)) return schema.map((each) => toJsonSchema(each));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable = false, example, properties, ...others } = schema;
  const plain = {
    ...mapValues(others, (value) => toJsonSchema(value)),
    ...(properties === undefined ? {} : { properties: mapValues(properties, toJsonSchema) }),
    ...(example === undefined ? {} : { examples: [example] }),
  };
  if (nullable !== true) return plain;
  if (typeof plain.type !== 'string') return { anyOf: [plain, { type: 'null' }] };
  return { ...plain, type: [plain.type, 'null'], ...(plain.enum === undefined ? {} : { enum: [...plain.enum, null] }) };
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
