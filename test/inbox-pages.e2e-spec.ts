import request from 'supertest';

import { newId, type Id } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aStoredRoom, storeRooms } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROUTE = '/api/room/fetchRoomByUserAgent';
const DAY = 86_400_000;
const AN_HOUR = 3_600_000;

interface Page {
  readonly roomData: readonly { readonly _id: string; readonly room_name: string }[];
  readonly next_cursor: string | null;
  readonly as_of: string;
}

const idsOf = (...pages: Page[]): string[] => pages.flatMap((page) => page.roomData.map((room) => room._id));
const namesOf = (page: Page): string[] => page.roomData.map((room) => room.room_name);
const onDay = (day: number): Date => new Date(Date.parse('2024-01-01T00:00:00.000Z') + day * DAY);
const refusal = (error: string, field: string): object => ({
  status: false,
  statusCode: 400,
  error,
  message: expect.stringContaining(field),
  roomData: [],
});

describe('POST /api/room/fetchRoomByUserAgent', () => {
  let service: TestApp;
  let tenant: Tenant;

  const ask = (body: object, url = service.url): request.Test => request(url).post(ROUTE).send(body);
  const askOf = (asked: Tenant, body: object): request.Test => ask({ agent_db: asked.names[0], agent_id: '141', type: 'agent_to_user', ...body });
  const pageOf = async (asked: Tenant, body: object): Promise<Page> => (await askOf(asked, body).expect(200)).body;

  /** All pages from the first to the one without a next; `meanwhile` runs after each. */
  async function pagesOf(asked: Tenant, body: object, meanwhile: (pages: readonly Page[]) => Promise<void> = async () => undefined): Promise<Page[]> {
    const pages: Page[] = [];
    for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)!.next_cursor) {
      pages.push(await pageOf(asked, cursor === undefined ? body : { ...body, cursor }));
      await meanwhile(pages);
    }
    return pages;
  }

  async function aTenantWith(...days: number[]): Promise<Tenant> {
    const made = await newTenant(service);
    const rooms = days.map((day, index) => aStoredRoom(made.key, { room_name: `${index + 1}`, updated_date: onDay(day) }));
    await storeRooms(service, made, rooms);
    return made;
  }

  beforeAll(async () => {
    service = await startApp();
    tenant = await aTenantWith(6, 5, 4, 3, 2, 1);
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  describe('with limit', () => {
    it('answers that many rooms, then the next ones by next_cursor, which is null at the end', async () => {
      const pages = await pagesOf(tenant, { limit: 4 });
      expect(pages.map(namesOf)).toEqual([['1', '2', '3', '4'], ['5', '6']]);
      expect(pages.map((page) => Object.keys(page))).toEqual([
        ['roomData', 'status', 'statusCode', 'next_cursor', 'as_of'],
        ['roomData', 'status', 'statusCode', 'next_cursor', 'as_of'],
      ]);
    });

    it('answers next_cursor null where the last page is just full', async () => {
      expect((await pagesOf(tenant, { limit: 3 })).map(namesOf)).toEqual([['1', '2', '3'], ['4', '5', '6']]);
      expect((await pagesOf(tenant, { limit: 6 })).map(namesOf)).toEqual([['1', '2', '3', '4', '5', '6']]);
    });

    it.each([1, '1', '001'])('takes %j', async (limit) => {
      expect(namesOf(await pageOf(tenant, { limit }))).toEqual(['1']);
    });

    it('takes 500, and 500 as text', async () => {
      expect(namesOf(await pageOf(tenant, { limit: 500 }))).toHaveLength(6);
      expect(namesOf(await pageOf(tenant, { limit: '500' }))).toHaveLength(6);
    });

    it('takes limit and cursor of an urlencoded body', async () => {
      const { next_cursor: cursor } = await pageOf(tenant, { limit: 4 });
      expect(namesOf((await askOf(tenant, { limit: 4, cursor }).type('form').expect(200)).body)).toEqual(['5', '6']);
    });

    it.each([0, 501, -1, 1.5, 'abc', '0', '501', '-1', '1.5', '1e2', ' ', true, [], [5], {}, { $gt: 1 }, 1e300])(
      'refuses %j and names limit',
      async (limit) => {
        expect((await askOf(tenant, { limit }).expect(400)).body).toStrictEqual(refusal('VALIDATION_FAILED', 'limit'));
      },
    );

    it('may change from page to page', async () => {
      const { next_cursor: cursor } = await pageOf(tenant, { limit: 2 });
      const second = await pageOf(tenant, { limit: 3, cursor });
      expect(namesOf(second)).toEqual(['3', '4', '5']);
      expect(namesOf(await pageOf(tenant, { limit: '500', cursor: second.next_cursor }))).toEqual(['6']);
    });

    it('answers an empty last page to an agent without rooms, and to an empty-like one', async () => {
      for (const agent of ['999', null, '', 'undefined']) {
        const answer = await askOf(tenant, { limit: 5, agent_id: agent }).expect(200);
        expect(answer.body).toStrictEqual({ roomData: [], status: true, statusCode: 200, next_cursor: null, as_of: expect.any(String) });
      }
    });

    it('answers the as_of of the first page on every page, an ISO date in milliseconds', async () => {
      const dates = (await pagesOf(tenant, { limit: 1 })).map((page) => page.as_of);
      expect(dates[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(dates).toEqual(Array.from({ length: 6 }, () => dates[0]));
    });
  });

  describe('with rooms of one updated_date', () => {
    it('pages through 60 of them by 7, none lost or repeated', async () => {
      const tied = await aTenantWith(...Array.from({ length: 60 }, () => 0));
      const pages = await pagesOf(tied, { limit: 7 });
      expect(pages.map((page) => page.roomData.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4]);
      expect(new Set(idsOf(...pages)).size).toBe(60);
    });

    it.each([1, 2, 3, 5, 7, 19, 20])('pages by %i through groups of equal dates in the order of the whole list', async (limit) => {
      const grouped = await aTenantWith(1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6);
      const whole = (await askOf(grouped, {}).expect(200)).body;
      expect(idsOf(...(await pagesOf(grouped, { limit })))).toEqual(idsOf(whole));
      expect(new Set(idsOf(whole)).size).toBe(20);
      const since = { limit, updated_since: '2024-01-03T00:00:00.000Z' };
      expect(idsOf(...(await pagesOf(grouped, since)))).toEqual(idsOf(whole).slice(0, 19));
    });
  });

  describe('with a cursor', () => {
    const changed = (cursor: string, at: number, to: string): string => cursor.slice(0, at) + to + cursor.slice(at + 1);
    const another = (letter: string): string => (letter === '1' ? '2' : '1');
    let cursor: string;

    beforeAll(async () => {
      cursor = (await pageOf(tenant, { limit: 2 })).next_cursor!;
    });

    async function expectRefused(body: object, asked = tenant): Promise<void> {
      expect((await askOf(asked, { limit: 2, ...body }).expect(400)).body).toStrictEqual(refusal('CURSOR_INVALID', 'cursor'));
    }

    it('refuses it without limit, and names limit', async () => {
      for (const none of [{}, { limit: '' }, { limit: null }]) {
        expect((await askOf(tenant, { cursor, ...none }).expect(400)).body).toStrictEqual(refusal('VALIDATION_FAILED', 'limit'));
      }
    });

    it('refuses it with any one character before the last changed', async () => {
      for (const [at, letter] of Array.from(cursor).slice(0, -1).entries()) await expectRefused({ cursor: changed(cursor, at, another(letter)) });
    });

    it('refuses it with any other last character', async () => {
      const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
      for (const letter of letters.filter((one) => one !== cursor.at(-1))) await expectRefused({ cursor: changed(cursor, cursor.length - 1, letter) });
    });

    it('refuses it with any of its parts taken from another cursor, left out or doubled', async () => {
      const other = (await pageOf(tenant, { limit: 4 })).next_cursor!.split('.');
      const parts = cursor.split('.');
      const differing = [...parts.keys()].filter((at) => other[at] !== parts[at]);
      expect(differing.length).toBeGreaterThan(1);
      for (const at of differing) await expectRefused({ cursor: parts.with(at, other[at]!).join('.') });
      for (const at of parts.keys()) await expectRefused({ cursor: parts.toSpliced(at, 1).join('.') });
      await expectRefused({ cursor: [...parts, ...parts].join('.') });
    });

    it.each(['x', '0', 'null', 'undefined', '....', '$gt', '\u0000', 'ä.ä.ä.ä'])('refuses %j', async (wrong) => {
      await expectRefused({ cursor: wrong });
    });

    it.each([[[]], [{}], [{ $gt: '' }], [['a']], [5], [true]])('refuses %j as no text, and names cursor', async (wrong) => {
      expect((await askOf(tenant, { limit: 2, cursor: wrong }).expect(400)).body).toStrictEqual(refusal('VALIDATION_FAILED', 'cursor'));
    });

    it('refuses that of another agent, type, agent_db or updated_since', async () => {
      await expectRefused({ cursor, agent_id: '142' });
      await expectRefused({ cursor, type: 'vendor_to_user' });
      await expectRefused({ cursor, updated_since: '2024-01-01T00:00:00.000Z' });
      const since = await pageOf(tenant, { limit: 2, updated_since: '2024-01-01T00:00:00.000Z' });
      await expectRefused({ cursor: since.next_cursor });
      await expectRefused({ cursor: since.next_cursor, updated_since: '2024-01-02T00:00:00.000Z' });
      const twice = await newTenant(service, { names: [`${tenant.key}-a`, `${tenant.key}-b`] });
      await storeRooms(service, twice, [0, 1, 2].flatMap((day) => twice.names.map((name) => aStoredRoom(name, { updated_date: onDay(day) }))));
      const { next_cursor: ofTheFirst } = await pageOf(twice, { limit: 2 });
      await expectRefused({ cursor: ofTheFirst, agent_db: twice.names[1] }, twice);
    });

    it('refuses that of another deployment, also where both are asked with the same words', async () => {
      const twin = await aTenantWith(6, 5, 4, 3, 2, 1);
      const bodies = { limit: 2, agent_db: 'shared', agent_id: '141', type: 'agent_to_user' };
      await storeRooms(service, tenant, [0, 1, 2].map((day) => aStoredRoom('shared', { updated_date: onDay(day) })));
      const first = await request(service.url).post(`/t/${tenant.key}${ROUTE}`).send(bodies).expect(200);
      const taken = await request(service.url).post(`/t/${twin.key}${ROUTE}`).send({ ...bodies, cursor: first.body.next_cursor });
      expect(taken.body).toStrictEqual(refusal('CURSOR_INVALID', 'cursor'));
      await expectRefused({ cursor }, twin);
    });

    it('takes it where the same list is asked for in other words', async () => {
      for (const words of [{ agent_id: 141 }, { type: 'agent-to-user' }, { type: 'user_to_agent' }, { client_id: 9 }]) {
        expect(namesOf(await pageOf(tenant, { limit: 2, cursor, ...words }))).toEqual(['3', '4']);
      }
    });
  });

  describe('on several instances', () => {
    it('takes a cursor that another one has answered', async () => {
      const second = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
      try {
        const { next_cursor: cursor, as_of } = await pageOf(tenant, { limit: 4 });
        const answer = await ask({ agent_db: tenant.key, agent_id: '141', type: 'agent_to_user', limit: 4, cursor }, second.url).expect(200);
        expect(namesOf(answer.body)).toEqual(['5', '6']);
        expect(answer.body.as_of).toBe(as_of);
      } finally {
        await second.close();
      }
    });

    it('takes every cursor on all of them, also when all sign their first one at once', async () => {
      const first = await startApp();
      const variables = { CONTROL_DATABASE: first.config.mongo.controlDatabase };
      const fresh = await newTenant(first);
      await storeRooms(first, fresh, [0, 1].map((day) => aStoredRoom(fresh.key, { updated_date: onDay(day) })));
      const instances = [first, ...(await Promise.all([startApp(variables), startApp(variables), startApp(variables)]))];
      const body = { agent_db: fresh.key, agent_id: '141', type: 'agent_to_user', limit: 1 };
      const cursors = (await Promise.all(instances.map(({ url }) => ask(body, url)))).map((answer) => answer.body.next_cursor as string);
      const answers = await Promise.all(instances.flatMap(({ url }) => cursors.map((cursor) => ask({ ...body, cursor }, url))));
      expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 16 }, () => 200));
      await dropAll(first);
      await Promise.all(instances.map((instance) => instance.close()));
    });
  });

  describe('with updated_since', () => {
    it.each([
      '2024-01-05T00:00:00.000Z',
      '2024-01-05T00:00:00Z',
      '2024-01-05',
      '2024-01-05T05:30:00+05:30',
      '2024-01-04T23:59:59.999Z',
    ])('answers the rooms of that date (%s) and later ones, as_of, and next_cursor null', async (since) => {
      const answer = await askOf(tenant, { updated_since: since }).expect(200);
      expect(namesOf(answer.body)).toEqual(['1', '2', '3']);
      expect(answer.body).toEqual({ roomData: expect.anything(), status: true, statusCode: 200, next_cursor: null, as_of: expect.any(String) });
    });

    it('leaves out a room one millisecond before it', async () => {
      expect(namesOf(await pageOf(tenant, { updated_since: '2024-01-05T00:00:00.001Z' }))).toEqual(['1', '2']);
    });

    it('pages with limit', async () => {
      const pages = await pagesOf(tenant, { updated_since: '2024-01-03T00:00:00.000Z', limit: 2 });
      expect(pages.map(namesOf)).toEqual([['1', '2'], ['3', '4'], ['5']]);
    });

    it('is not given when it is null or empty', async () => {
      for (const blank of [null, '']) {
        const answer = await askOf(tenant, { updated_since: blank }).expect(200);
        expect(Object.keys(answer.body)).toEqual(['roomData', 'status', 'statusCode']);
      }
    });

    it.each([
      ...['yesterday', '2024-02-30', '2024-13-01', '2024-01-02T25:00:00Z', '1704153600000', '05/01/2024', 'null', `2024-01-05T00:00:00.${'0'.repeat(40)}Z`],
      ...[5, 1_704_153_600_000, true, [], ['2024-01-05'], {}, { $gt: '' }],
    ])('refuses %j and names it', async (since) => {
      expect((await askOf(tenant, { updated_since: since }).expect(400)).body).toStrictEqual(refusal('VALIDATION_FAILED', 'updated_since'));
    });

    it.each(['2024-W01-5', '2024-005', '20240105T000000Z', '2024-01-05T00', '2024-01-05T00Z', '2024-01-05T00:00:00,000Z', '+2024-01-05'])(
      'never takes %j for another moment: answers the rooms since then, or refuses it',
      async (since) => {
        const answer = await askOf(tenant, { updated_since: since });
        const understood = answer.status === 200 ? namesOf(answer.body) : answer.body;
        expect([['1', '2', '3'], refusal('VALIDATION_FAILED', 'updated_since')]).toContainEqual(understood);
      },
    );
  });

  describe('with 10,000 rooms', () => {
    it('pages through them while messages arrive, and updated_since as_of answers the rest', async () => {
      const busy = await newTenant(service);
      const rooms = Array.from({ length: 10_000 }, (_, index) => aStoredRoom(busy.key, { updated_date: new Date(onDay(600).getTime() - (index >> 2) * AN_HOUR) }));
      await storeRooms(service, busy, rooms);
      const written = new Set<string>();
      const write = async (id: Id): Promise<void> => {
        await aMessage(service, busy, id);
        written.add(id.toHexString());
      };
      // After each page a message arrives in a room that was answered, one that the next page would begin with, and one far behind.
      const pages = await pagesOf(busy, { limit: 500 }, async ({ length }) => {
        const from = length * 500 + (length - 1);
        for (const at of [from - 250, from, 9_990 - length * 3]) if (rooms[at] !== undefined) await write(rooms[at]._id);
        await storeRooms(service, busy, [aStoredRoom(busy.key, { _id: newId(), updated_date: new Date() })]);
      });
      const paged = idsOf(...pages);
      expect(new Set(paged).size).toBe(paged.length);
      expect(paged.length).toBeLessThan(10_000);
      const since = idsOf(await pageOf(busy, { updated_since: pages[0]!.as_of }));
      const all: Room[] = (await askOf(busy, {}).expect(200)).body.roomData;
      expect(since).toEqual(expect.arrayContaining([...written]));
      expect(new Set([...paged, ...since])).toEqual(new Set(all.map((room) => String(room._id))));
      expect(all.length).toBe(10_000 + pages.length);
    }, 60_000);
  });
});
