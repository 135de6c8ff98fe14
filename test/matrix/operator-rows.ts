import { TenantAdminService } from '../../src/admin/index.js';
import { ADMIN_TOKEN, type TestApp } from '../support/app.js';
import { send, withField, type Answer, type Call } from './calls.js';
import type { Credentials } from './credentials.js';
import { SPARE, type Deployment } from './deployments.js';
import type { Route } from './documents.js';
import { inGroups, type Row } from './rows.js';
import { ADMIN_RULES, PUBLIC_RULES } from './rules.js';

/** Every credential of a deployment on the routes of the operator: none of them is one there, whichever deployment the path names. */
export function outsidersRows(service: TestApp, routes: readonly Route[], credentials: ReadonlyMap<Deployment, Credentials>): Promise<Row[]> {
  const asked = routes.filter(({ name }) => name in ADMIN_RULES).flatMap((route) =>
    [...credentials.keys()].flatMap((named) => [...credentials].flatMap(([at, { good, refused }]) => [...good, ...refused].map((credential) => ({ route, named, at, credential })))),
  );
  return inGroups(asked, async ({ route, named, at, credential }) => {
    const answer = await send(service.url, toCall(route, valuesOf(named.tenant.key, credentials)), credential.sent === null ? null : `Bearer ${credential.sent}`);
    const expected = route.refusals.includes(answer.body) ? '401 UNAUTHORIZED' : '401 UNAUTHORIZED, as in the document';
    return toRow(route, { field: `of ${named.name}`, credential: credential.name, at: at.name, expected }, answer, marksOf(credentials));
  });
}

/** The operator on the same routes, at a deployment for the purpose. */
export async function operatorRows(service: TestApp, routes: readonly Route[], credentials: ReadonlyMap<Deployment, Credentials>): Promise<Row[]> {
  await service.app.get(TenantAdminService).put(SPARE, {});
  const rows: Row[] = [];
  for (const [name, { seen, fields }] of Object.entries(ADMIN_RULES)) {
    const route = routes.find((one) => one.name === name);
    if (route === undefined) continue;
    const answer = await send(service.url, toCall(route, valuesOf(SPARE, credentials)), `Bearer ${ADMIN_TOKEN}`);
    // A list of all deployments holds all of them, but never a secret.
    const marks = fields.length > 0 ? marksOf(credentials) : [...credentials.keys()].map(({ secret }) => secret);
    rows.push(toRow(route, { field: '–', credential: 'operator', at: SPARE, expected: seen }, answer, marks));
  }
  return rows;
}

/** What needs no credential, asked with and without. */
export function publicRows(service: TestApp, routes: readonly Route[], credentials: ReadonlyMap<Deployment, Credentials>): Promise<Row[]> {
  const all = [...credentials.values()].flatMap(({ good, refused }) => [...good, ...refused]);
  const asked = routes.filter(({ name }) => name in PUBLIC_RULES).flatMap((route) => all.map((credential) => ({ route, credential })));
  return inGroups(asked, async ({ route, credential }) => {
    const answer = await send(service.url, toCall(route, {}), credential.sent);
    return toRow(route, { field: '–', credential: credential.name, at: '–', expected: PUBLIC_RULES[route.name]?.seen ?? '' }, answer, marksOf(credentials));
  });
}

/** The deployment that is asked for, and the id of a key that another one has. */
function valuesOf(key: string, credentials: ReadonlyMap<Deployment, Credentials>): Readonly<Record<string, string>> {
  const [deployment] = [...credentials.keys()].filter(({ tenant }) => tenant.key !== key);
  const other = deployment === undefined ? undefined : credentials.get(deployment)?.good[0]?.sent;
  return { key, tenant: key, id: other?.split('_').at(-2) ?? '' };
}

function marksOf(credentials: ReadonlyMap<Deployment, Credentials>): readonly string[] {
  return [...credentials.keys()].flatMap(({ marks }) => marks);
}

function toCall(route: Route, values: Readonly<Record<string, string>>): Call {
  const body = route.takesBody ? (ADMIN_RULES[route.name]?.body ?? {}) : null;
  const start: Call = { method: route.method, prefix: null, route: route.path, path: {}, query: {}, header: {}, body };
  return route.fields.reduce((call, field) => {
    const value = field.in === 'path' || field.in === 'query' ? values[field.name] : undefined;
    return value === undefined ? call : withField(call, field, value);
  }, start);
}

function toRow(route: Route, row: Omit<Row, 'route' | 'seen'>, { status, statusLine, headers, body }: Answer, marks: readonly string[]): Row {
  const all = [statusLine, ...headers, body].join('\n');
  const leaks = marks.filter((mark) => all.includes(mark)).map((mark) => `with ${mark}`);
  const error = status < 400 ? '' : ((JSON.parse(body) as { error?: string }).error ?? '');
  return { route: route.name, ...row, seen: [`${status} ${error}`.trim(), ...leaks].join(' ') };
}
