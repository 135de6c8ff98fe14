import { readFileSync } from 'node:fs';

/** A parameter of a route or a field of a payload. */
export interface Field {
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly name: string;
}

/** A route as the OpenAPI document has it. */
export interface Route {
  /** Method and path, as in the document. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly kind: 'wire' | 'admin' | 'public';
  readonly fields: readonly Field[];
  /** A body as the document shows one; null: the route takes none, or the document shows none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly takesBody: boolean;
  /** The bodies that the document shows for 401 and 403. */
  readonly refusals: readonly string[];
}

/** An event as the AsyncAPI document has it. */
export interface SocketEvent {
  readonly name: string;
  readonly way: 'pushed' | 'taken';
  /** Payloads as the document shows them. */
  readonly payloads: readonly Readonly<Record<string, unknown>>[];
  /** The fields of these payloads and of their schema, nested ones by their path. */
  readonly fields: readonly string[];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly example?: unknown;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: Field['in'] }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, { readonly value: Record<string, unknown> }>> }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, { readonly value: object }>> }>> }>>;
  readonly security?: readonly object[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface AsyncApi {
  readonly operations: Readonly<Record<string, { readonly action: 'send' | 'receive'; readonly messages: readonly { readonly $ref: string }[] }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly name: string; readonly payload: Schema; readonly examples: readonly { readonly payload: Record<string, unknown> }[] }>>;
    readonly schemas: Readonly<Record<string, Schema & { readonly examples?: readonly Record<string, unknown>[] }>>;
  };
}

const openapi = read('openapi.json') as OpenApi;
const asyncapi = read('asyncapi.json') as AsyncApi;

// Names of fields that name somebody or something, and so can name another deployment's.
const IDS = /_?id$|^(agent_db|db_name|sub_domain|client|room_name|cursor|before|if-none-match|host|key|room|tenant)$/i;

/** True for a name that looks like an id's: such a field has to be in the matrix. */
export function looksLikeId(name: string): boolean {
  return IDS.test(name.split('.').at(-1) ?? '');
}

export const ROUTES: readonly Route[] = Object.entries(openapi.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => toRoute(method.toUpperCase(), path, operation)),
);

export const EVENTS: readonly SocketEvent[] = toEvents();

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../swagger/${file}`, import.meta.url), 'utf8'));
}

function toRoute(method: string, path: string, operation: Operation): Route {
  const json = operation.requestBody?.content['application/json'];
  const schema = resolved(json?.schema ?? {});
  const [example] = Object.values(json?.examples ?? {});
  const inBody = Object.keys(schema.properties ?? {}).map((name) => ({ in: 'body', name }) as const);
  const fields = [...(operation.parameters ?? []).map(({ in: place, name }) => ({ in: place, name })), ...inBody];
  const refusals = ['401', '403'].flatMap((status) => Object.values(operation.responses[status]?.content?.['application/json']?.examples ?? {}).map(({ value }) => JSON.stringify(value)));
  return { name: `${method} ${path}`, method, path, kind: kindOf(operation), fields, body: example?.value ?? sampleOf(schema), takesBody: json !== undefined, refusals };
}

function kindOf({ security = [] }: Operation): Route['kind'] {
  const schemes = security.flatMap((one) => Object.keys(one));
  if (schemes.includes('Authorization')) return 'wire';
  return schemes.includes('ADMIN_TOKEN') ? 'admin' : 'public';
}

/** What the required properties of a schema show as their examples, or the first that they can be; null where one shows none. */
function sampleOf(schema: Schema): Record<string, unknown> | null {
  const required = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
  const shown = required.map(([name, property]) => [name, property.example ?? property.enum?.[0]] as const);
  return shown.every(([, value]) => value !== undefined) ? Object.fromEntries(shown) : null;
}

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (openapi.components.schemas[name] ?? asyncapi.components.schemas[name] ?? {});
}

function toEvents(): SocketEvent[] {
  const ways = new Map<string, SocketEvent['way']>();
  for (const { action, messages } of Object.values(asyncapi.operations)) {
    for (const { $ref } of messages) ways.set($ref.split('/').at(-1) ?? '', action === 'send' ? 'pushed' : 'taken');
  }
  return Object.entries(asyncapi.components.messages).map(([id, { name, payload, examples }]) => {
    const way = ways.get(id);
    if (way === undefined) throw new Error(`No operation of the document has the event ${name}`);
    const shown = [...examples.map((each) => each.payload), ...((resolved(payload) as { examples?: Record<string, unknown>[] }).examples ?? [])];
    const fields = [...shown.flatMap((each) => pathsOf(each)), ...Object.keys(resolved(payload).properties ?? {})];
    return { name, way, payloads: shown, fields: [...new Set(fields)] };
  });
}

function pathsOf(value: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, path));
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  return Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, name]));
}
