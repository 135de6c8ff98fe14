import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { LIST_NAMES, LISTS, listRoute } from './support/lists.js';
import { fc } from './support/properties.js';
import { dropAll, newTenant } from './support/tenants.js';

const RUNS = 60;
/** Every status and code that these calls may answer to whatever is sent, as the wire's document lists them. */
const DOCUMENTED = [
  ...['200 undefined', '400 VALIDATION_FAILED', '400 CURSOR_INVALID', '400 TENANT_REQUIRED', '403 TENANT_MISMATCH'],
  ...['404 TENANT_UNKNOWN', '404 ROOM_NOT_FOUND', '413 BODY_TOO_LARGE', '415 CONTENT_TYPE_UNSUPPORTED'],
];

let service: TestApp;
let tenant: Tenant;
let id: string;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  id = (await aRoom(service, tenant))._id.toHexString();
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 210 }), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, '', 'undefined', 'null', '$ne', '__proto__'));
const any = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) }, { weight: 1, arbitrary: fc.array(scalar, { maxLength: 5 }) });
const fieldsOf = (names: readonly string[]): fc.Arbitrary<object> => fc.record(Object.fromEntries(names.map((name) => [name, any])), { requiredKeys: [] });
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const formOf = (fields: object): string =>
  Object.entries(fields)
    .flatMap(([field, value]) => (Array.isArray(value) ? value.map((one, place) => [`${field}[${place}]`, textOf(one)]) : [[field, textOf(value)]]))
    // Half a character cannot be written in a form.
    .map((pair) => pair.map((text) => encodeURIComponent(Buffer.from(text).toString())).join('='))
    .join('&');

/** Sends these fields as JSON or as a form, and checks what holds for every answer. */
async function check(method: string, path: string, fields: object, isForm: boolean): Promise<void> {
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const sent = method === 'GET' ? {} : { headers: { 'Content-Type': type }, body: isForm ? formOf(fields) : JSON.stringify(fields) };
  const response = await fetch(service.url + path, { method, ...sent });
  const text = await response.text();
  const body = JSON.parse(text) as { error?: string; message?: string };
  expect(DOCUMENTED).toContain(`${response.status} ${body.error}`);
  if (response.status !== 200) expect(body).toMatchObject({ status: false, statusCode: response.status, message: expect.stringMatching(/.\.$|!$/s) });
  expect(text).not.toMatch(/anteroom_|test_control_|node_modules|E11000|CastError/);
}

const ROOM_FIELDS = [
  ...['room_name', 'type', 'isRaiseIssue', 'room_id', 'order_vendor_id', 'order_id', 'vendor_id', 'vendor_user_id', 'order_user_id', 'agent_id'],
  ...['client_id', 'p2p_id', 'product_id', 'vendor_name', 'product_name', 'product_price', '_id', 'status', 'updated_date', '$set', '__proto__'],
];

describe('Whatever is sent, the answer is 200 or one that the wire documents', () => {
  it.each(LIST_NAMES)('by POST /api/room/%s', async (list) => {
    const good = LISTS[list](tenant.key);
    const names = [...Object.keys(LISTS.fetchRoomByVendor('')), ...Object.keys(good), 'limit', 'cursor', 'updated_since', 'sub_domain', 'p2p_id'];
    const some = fieldsOf(names);
    const paths = fc.constantFrom(listRoute(list), `/t/${tenant.key}${listRoute(list)}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(some, some.map((fields) => ({ ...good, ...fields }))), paths, fc.boolean(), (fields, path, isForm) => check('POST', path, fields, isForm)),
      { numRuns: RUNS },
    );
  });

  it('by POST /api/room/createRoom', async () => {
    const named = fc.record({ room_name: fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }) });
    await fc.assert(
      fc.asyncProperty(fieldsOf(ROOM_FIELDS), named, fc.boolean(), fc.boolean(), (fields, name, isNamed, isForm) =>
        check('POST', `/t/${tenant.key}/api/room/createRoom`, isNamed ? { ...fields, ...name } : fields, isForm),
      ),
      { numRuns: RUNS * 3 },
    );
  });

  it('by PUT /api/room/raiseanissue/:id', async () => {
    const ids = fc.oneof(fc.constant(id), fc.constant(newId().toHexString()), fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/^\.{1,2}$/.test(text)));
    await fc.assert(
      fc.asyncProperty(ids, fieldsOf(['isRaiseIssue']), fc.boolean(), async (one, fields, isForm) => {
        await check('PUT', `/t/${tenant.key}/api/room/raiseanissue/${encodeURIComponent(one)}`, fields, isForm);
        await check('GET', `/t/${tenant.key}/api/room/${encodeURIComponent(one)}`, {}, false);
      }),
      { numRuns: RUNS },
    );
  });

  it('by GET /api/room', async () => {
    const query = fieldsOf(['room_id', 'limit', 'cursor', 'updated_since', 'db_name', 'agent_db', 'sub_domain']);
    await fc.assert(
      fc.asyncProperty(query, (fields) => check('GET', `/t/${tenant.key}/api/room?${formOf(fields)}`, {}, false)),
      { numRuns: RUNS },
    );
  });
});
