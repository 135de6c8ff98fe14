import type request from 'supertest';

import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { Calls } from './support/calls.js';
import { dropAll, newTenant } from './support/tenants.js';

const SAVE = '/api/agent/saveAgentLocation';
const GET = '/api/agent/getAgentLocation';
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NONE = { status: false, statusCode: 404, error: 'LOCATION_NOT_FOUND', message: 'No matching records found' };

let service: TestApp;
let tenant: Tenant;
let calls: Calls;
let agent = 0;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(() => {
  agent++;
});

const save = async (fields: object = {}): Promise<Record<string, unknown>> =>
  (await calls.post(SAVE, { agent_id: agent, order_id: 10, lat: '1.2', lng: '3.4', ...fields }).expect(200)).body.data;
const newest = async (order = 10): Promise<Record<string, unknown>> => (await calls.get(`${GET}?agent_id=${agent}&order_id=${order}`).expect(200)).body.data;

describe('POST /api/agent/saveAgentLocation', () => {
  it('answers the location as stored, with what was left out as it is by default', async () => {
    const { body } = await calls.post(SAVE, { agent_id: agent, order_id: 10, lat: '1.2', lng: '3.4' }).expect(200);
    expect(body).toEqual({
      data: {
        ...{ _id: expect.stringMatching(/^[0-9a-f]{24}$/), agent_id: agent, order_id: 10, lat: '1.2', lng: '3.4', short_code: '', status: 'running' },
        ...{ created_date: expect.stringMatching(DATE), updated_date: expect.stringMatching(DATE), __v: 0 },
      },
      ...{ status: true, statusCode: 200, message: 'Location saved successfully' },
    });
  });

  it.each<[unknown, number]>([[141, 141], ['141', 141], ['0141', 141], [0, 0], ['0', 0], [-7, -7], ['-7', -7], [123456789012345, 123456789012345]])('has %j for an id as the integer %i', async (id, integer) => {
    expect(await save({ agent_id: id, order_id: id })).toMatchObject({ agent_id: integer, order_id: integer });
  });

  it.each<[unknown, string]>([['1.20', '1.20'], [1.2, '1.2'], [0, '0'], [-33.8688197, '-33.8688197'], ['151,2', '151,2']])('has %j for a place as the text %j', async (place, text) => {
    expect(await save({ lat: place, lng: place })).toMatchObject({ lat: text, lng: text });
  });

  it('keeps what was sent of short_code and status, null too, and drops the rest', async () => {
    expect(await save({ short_code: 'ace', status: 'arrived' })).toMatchObject({ short_code: 'ace', status: 'arrived' });
    expect(await save({ short_code: null, status: null })).toMatchObject({ short_code: null, status: null });
    expect(await save({ short_code: '', status: '' })).toMatchObject({ short_code: '', status: '' });
    const faked = { _id: 'x', created_date: '2001-01-01T00:00:00.000Z', __v: 7, email: 'a@x', deep: { a: [1] } };
    const data = await save(faked);
    expect(Object.keys(data).sort()).toEqual(['__v', '_id', 'agent_id', 'created_date', 'lat', 'lng', 'order_id', 'short_code', 'status', 'updated_date']);
    expect([data.__v, data._id === faked._id, data.created_date === faked.created_date]).toEqual([0, false, false]);
  });

  it('takes a form', async () => {
    const { body } = await calls.post(SAVE, `agent_id=${agent}&order_id=10&lat=1.2&lng=-3.4&short_code=ace&status=running`).expect(200);
    expect(body.data).toMatchObject({ agent_id: agent, order_id: 10, lat: '1.2', lng: '-3.4', short_code: 'ace', status: 'running' });
    expect(await newest()).toEqual(body.data);
  });

  it('refuses what is missing or of the wrong kind, by name, and stores nothing', async () => {
    const ids = [undefined, null, '', 'x', '1x', 1.5, '1.5', true, {}, { $gt: 0 }, [141], 1e300];
    const places = [undefined, null, '', {}, ['1'], 'x'.repeat(201)];
    const refused = [...['agent_id', 'order_id'].flatMap((field) => ids.map((id) => [field, id])), ...['lat', 'lng'].flatMap((field) => places.map((place) => [field, place])), ['status', {}], ['short_code', ['a']]];
    for (const [field, value] of refused as [string, unknown][]) {
      const { status, body } = await calls.post(SAVE, { agent_id: agent, order_id: 10, lat: '1.2', lng: '3.4', [field]: value });
      expect([field, value, status, body]).toEqual([field, value, 400, { status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringContaining(field) }]);
    }
    expect((await calls.get(`${GET}?agent_id=${agent}&order_id=10`).expect(404)).body).toEqual(NONE);
  });
});

describe('GET /api/agent/getAgentLocation', () => {
  it('answers 404 in the words of the wire where the agent has said nothing of this order, also before anybody has of any', async () => {
    const fresh = new Calls(service, await newTenant(service));
    expect((await fresh.get(`${GET}?agent_id=1&order_id=10`).expect(404)).body).toEqual(NONE);
    await save({ order_id: 11 });
    await save({ agent_id: agent + 1_000_000 });
    expect((await calls.get(`${GET}?agent_id=${agent}&order_id=10`).expect(404)).body).toEqual(NONE);
  });

  it('answers the newest of this agent on this order, whole', async () => {
    const saved: unknown[] = [];
    for (const lat of ['1', '2', '3']) {
      saved.push(await save({ lat }));
      await save({ lat: 'elsewhere', order_id: 11 });
      const { body } = await calls.get(`${GET}?agent_id=${agent}&order_id=10`).expect(200);
      expect(body).toEqual({ data: saved.at(-1), status: true, statusCode: 200, message: 'Latest data read successfully' });
    }
    expect(await newest(11)).toMatchObject({ lat: 'elsewhere' });
  });

  it('takes its two fields from query or body, JSON or form, as integers or text', async () => {
    const data = await save();
    const ask = (path = GET): request.Test => calls.get(path);
    const answers = [
      await ask(`${GET}?agent_id=${agent}&order_id=10`),
      await ask(`${GET}?agent_id=${agent}&order_id=10&unknown=1`),
      await ask().send({ agent_id: agent, order_id: 10 }),
      await ask().send({ agent_id: String(agent), order_id: '10' }),
      await ask().send(`agent_id=${agent}&order_id=10`),
      await ask(`${GET}?agent_id=${agent}`).send({ order_id: 10 }),
      await ask(`${GET}?agent_id=${agent}&order_id=10`).send({ agent_id: 999_999, order_id: 999_999 }),
    ];
    expect(answers.map(({ status, body }) => [status, body.data])).toEqual(answers.map(() => [200, data]));
  });

  it.each(['', '?agent_id=1', '?order_id=1', '?agent_id=&order_id=1', '?agent_id=x&order_id=1', '?agent_id=1.5&order_id=1', '?agent_id=null&order_id=1', '?agent_id=1&agent_id=2&order_id=1'])(
    'refuses "%s" by name',
    async (query) => {
      const { body } = await calls.get(`${GET}${query}`).expect(400);
      expect(body).toEqual({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringMatching(/agent_id|order_id/) });
    },
  );

  it('refuses an object or a list in the body', async () => {
    for (const body of [{ agent_id: { $gt: 0 }, order_id: 10 }, { agent_id: [1], order_id: 10 }, { agent_id: 1, order_id: null }]) {
      expect((await calls.get(GET).send(body).expect(400)).body).toMatchObject({ error: 'VALIDATION_FAILED' });
    }
  });

  it('answers the newest of many that were saved at once, the same each time', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, at) => save({ lat: String(at) })));
    const first = await newest();
    for (let time = 0; time < 3; time++) expect(await newest()).toEqual(first);
    const last = await save({ lat: 'last' });
    expect(await newest()).toEqual(last);
  });
});
