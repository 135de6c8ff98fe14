import { toPlainText } from '../src/common/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { fc } from './support/properties.js';
import { dropAll, newTenant } from './support/tenants.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** What people and their apps write; nothing looks for it. */
const FREE = ['message', 'to_message', 'from_message', 'username', 'phone_num', 'display_image', 'chat_type', 'mediaUrl', 'thumbnailUrl', 'mediaType'];
/** What tells who somebody is. */
const MATCHED = ['user_id', 'email'];
const TEXTS = ['email', ...FREE];

/** Every status and code that the calls of a chat may answer beside 200 in a room that takes everybody. */
const DOCUMENTED = ['400 VALIDATION_FAILED', '403 TENANT_MISMATCH', '404 ROOM_NOT_FOUND', '404 LOCATION_NOT_FOUND', '404 ROUTE_NOT_FOUND', '413 BODY_TOO_LARGE', '415 CONTENT_TYPE_UNSUPPORTED'];

const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 210 }), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, '', 'undefined', 'null', '$ne', '$$NOW', '\ud800', '\u0000'));
const any = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) });

// Half of a pair of surrogates is no text that can be written as UTF-8.
const wellFormed = (text: string): string => Buffer.from(text).toString();

let service: TestApp;
let tenant: Tenant;
let calls: Calls;
let room: Room;

beforeAll(async () => {
  service = await startApp({ PARTICIPANT_LIMIT: '1000' });
  tenant = await newTenant(service);
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(async () => {
  room = await aRoom(service, tenant);
});

/** Sends a text as it stands, and checks what holds for every answer of the service; answers whether it was taken. */
async function isTaken(path: string, text: string, type = JSON_TYPE, method = 'POST'): Promise<boolean> {
  const response = await fetch(`${service.url}/t/${tenant.key}${path}`, { method, ...(method === 'GET' ? {} : { headers: { 'content-type': type }, body: text }) });
  const answer = await response.text();
  expect(answer).not.toMatch(/mongo|anteroom_|test_control_|node_modules|\bat .+:\d+:\d+/i);
  const body = JSON.parse(answer) as Record<string, unknown>;
  if (response.status === 200) return true;
  expect(DOCUMENTED).toContain(`${response.status} ${String(body.error)}`);
  expect(body).toMatchObject({ status: false, statusCode: response.status, message: expect.stringMatching(/\S/) });
  return false;
}

describe.each<[string, string[]]>([
  ['/api/chat/sendMessageJoin', ['room_id', 'user_type', 'user_id', 'sub_domain', 'is_media', ...TEXTS]],
  ['/api/chat/joinRoomByID', ['room_id', 'user_type', 'type', 'user_id', 'user_name', 'dipslay_image', ...TEXTS]],
  ['/api/agent/saveAgentLocation', ['agent_id', 'order_id', 'lat', 'lng', 'short_code', 'status']],
])('%s', (path, known) => {
  it('answers whatever is in its fields with 200 or a documented error', async () => {
    const fields = fc.record(Object.fromEntries([...known, 'extra'].map((name) => [name, any])), { requiredKeys: [] });
    const good = { room_id: String(room._id), user_type: 'user', agent_id: 1, order_id: 1, lat: '1', lng: '2' };
    await fc.assert(
      fc.asyncProperty(fields, fc.subarray(Object.keys(good)), async (body, kept) => {
        const sent = { ...body, ...Object.fromEntries(Object.entries(good).filter(([name]) => !kept.includes(name))) };
        await isTaken(path, JSON.stringify(sent));
      }),
      { numRuns: 150 },
    );
  });

  it('answers whatever stands in its body with 200 or a documented error', async () => {
    const text = fc.oneof(fc.json({ maxDepth: 5 }), fc.string({ unit: 'binary' }), fc.webQueryParameters());
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(JSON_TYPE, FORM_TYPE), async (body, type) => {
        await isTaken(path, body, type);
      }),
      { numRuns: 150 },
    );
  });
});

describe('The calls that read a chat', () => {
  it('answer whatever stands in path and query with 200 or a documented error', async () => {
    const id = (): fc.Arbitrary<string> => fc.oneof(fc.constant(String(room._id)), fc.string({ unit: 'binary', maxLength: 30 }).map(encodeText), fc.stringMatching(/^[0-9a-f]{20,26}$/));
    const query = fc.record(Object.fromEntries(['limit', 'before', 'after_seq', 'agent_id', 'order_id'].map((name) => [name, fc.oneof(fc.nat().map(String), fc.string({ unit: 'binary', maxLength: 30 }))])), { requiredKeys: [] });
    const path = fc.oneof(id().map((one) => `/api/chat/${one}`), id().map((one) => `/api/chat/getRoomUser/${one}`), fc.constant('/api/agent/getAgentLocation'));
    await fc.assert(
      fc.asyncProperty(path, query, async (at, fields) => {
        await isTaken(`${at}?${Object.entries(fields).map(([name, value]) => `${name}=${encodeText(value ?? '')}`).join('&')}`, '', JSON_TYPE, 'GET');
      }),
      { numRuns: 200 },
    );
  });

  const encodeText = (text: string): string => encodeURIComponent(wellFormed(text));
});

describe('A message whose fields are all texts', () => {
  it('is stored as it was sent, text for text', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 }).map(wellFormed);
    const plain = text.map(toPlainText);
    const fields = fc.record({ ...Object.fromEntries(FREE.map((name) => [name, text])), ...Object.fromEntries(MATCHED.map((name) => [name, plain])) }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fields, async ({ user_id: sender, ...rest }) => {
        const { body } = await calls.send(room._id, { user_type: 'user', message: undefined, user_id: sender, ...rest }).expect(200);
        expect(body.chatData).toMatchObject({ ...rest, ...(sender === undefined ? {} : { auth_user_id: sender, from_user_id: sender }) });
        for (const name of ['message', 'email', 'username', 'to_message']) expect(name in body.chatData).toBe(name in rest);
        const [newest] = await calls.history(room._id, '?limit=1');
        expect(newest).toEqual(body.chatData);
      }),
      { numRuns: 100 },
    );
  });
});
