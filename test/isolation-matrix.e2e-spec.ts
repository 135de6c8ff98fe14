import { closeCalls } from './matrix/calls.js';
import { faultsOf, faultsOfEvents } from './matrix/completeness.js';
import { EVENTS, ROUTES, type Route, type SocketEvent } from './matrix/documents.js';
import { runMatrix } from './matrix/matrix.js';
import { writeReport } from './matrix/report.js';
import { isGood, type Row } from './matrix/rows.js';
import { startApp, type TestApp } from './support/app.js';
import { dropAll } from './support/tenants.js';

// Thousands of calls; nothing waits for a time, and a busy machine may take long.
const PATIENCE_MS = 600_000;
const FAULTS = [...faultsOf(ROUTES), ...faultsOfEvents(EVENTS)];
const NAMES = [...ROUTES.map(({ name }) => name), ...EVENTS.map(({ name }) => `event ${name}`)];

let service: TestApp;
let rows: readonly Row[];

beforeAll(async () => {
  service = await startApp({ RATE_LIMIT: 'off', METRICS_TOKEN: 'a-metrics-token-of-the-tests' });
  rows = await runMatrix(service);
  process.stderr.write(`${await writeReport(rows, FAULTS)} See reports/isolation-matrix.md.\n`);
}, PATIENCE_MS);

afterAll(async () => {
  closeCalls();
  await dropAll(service);
  await service.close();
});

const toLine = ({ route, field, credential, at, expected, seen }: Row): string => `${route}, ${field}, ${credential} at ${at}: ${seen} instead of ${expected}`;

describe('The isolation matrix', () => {
  it('has every route, event and id field of the documents, and no others', () => {
    expect(FAULTS).toEqual([]);
  });

  it.each(NAMES)('%s: nothing of another deployment is seen or changed', (name) => {
    const own = rows.filter(({ route }) => route === name);
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((row) => !isGood(row)).map(toLine)).toEqual([]);
  });

  it('changes nothing where nothing may change', () => {
    const all = rows.filter(({ route }) => !NAMES.includes(route));
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((row) => !isGood(row)).map(toLine)).toEqual([]);
  });
});

describe('A document that the matrix does not cover', () => {
  const [route] = ROUTES as readonly [Route];
  const wire = ROUTES.find(({ name }) => name === 'POST /api/chat/sendMessageJoin') as Route;
  const [event] = EVENTS as readonly [SocketEvent];

  it.each([
    ['a new route', [...ROUTES, { ...route, name: 'GET /new' }], 'GET /new: nothing is expected of it'],
    ['a route that is gone', ROUTES.filter((one) => one !== wire), `${wire.name}: is in the matrix, and there is no such route`],
    ['a new id field', [...ROUTES.filter((one) => one !== wire), { ...wire, fields: [...wire.fields, { in: 'body', name: 'shop_id' } as const] }], `${wire.name}: body shop_id looks like an id, and the matrix does not say of what`],
    ['an id field that is gone', [...ROUTES.filter((one) => one !== wire), { ...wire, fields: wire.fields.filter(({ name }) => name !== 'room_id') }], `${wire.name}: room_id is in the matrix, and there is no such field`],
    ['a body without an example', [...ROUTES.filter((one) => one !== wire), { ...wire, body: null }], `${wire.name}: no example of its body can be made`],
  ] as const)('is a fault with its name: %s', (_, routes, fault) => {
    expect(faultsOf(routes)).toEqual([fault]);
  });

  it.each([
    ['a new event', [...EVENTS, { ...event, name: 'new' }], 'new: nothing is expected of it'],
    ['an event that is gone', EVENTS.slice(1), `${event.name}: is in the matrix, and there is no such event`],
    ['an event without a payload', [{ ...event, payloads: [] }, ...EVENTS.slice(1)], `${event.name}: the document shows no payload`],
  ] as const)('is a fault with its name: %s', (_, events, fault) => {
    expect(faultsOfEvents(events)).toEqual([fault]);
  });
});
