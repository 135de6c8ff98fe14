import { Agent, request, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import type { Role } from './credentials.js';
import type { Deployment } from './deployments.js';
import type { Field, Route } from './documents.js';
import type { WireRule } from './rules.js';

type Texts = Readonly<Record<string, string>>;

/** A call, ready to be sent. */
export interface Call {
  readonly method: string;
  /** Key of the path prefix; null: the path names no deployment. */
  readonly prefix: string | null;
  /** With the names of its parameters. */
  readonly route: string;
  readonly path: Texts;
  readonly query: Texts;
  readonly header: Texts;
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** All that came back: nothing of it is left out of the search for what does not belong there. */
export interface Answer {
  readonly status: number;
  readonly statusLine: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Lets go of the connections. */
export function closeCalls(): void {
  agent.destroy();
}

/** What a call says, but for its credential. */
export function textOf({ prefix, route, path, query, header, body }: Call): string {
  return JSON.stringify([prefix, route, path, query, header, body]);
}

/** Sends a call and reads the whole answer. */
export function send(url: string, call: Call, credential: string | null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = call.body === null ? null : JSON.stringify(call.body);
    const sent = text === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const headers = { ...sent, ...(credential === null ? {} : { authorization: credential }), ...call.header };
    const sending = request(url + targetOf(call), { method: call.method, agent, headers }, (response) => void read(response).then(resolve, reject));
    sending.on('error', reject);
    sending.end(text ?? undefined);
  });
}

function targetOf({ prefix, route, path, query }: Call): string {
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return `${prefix === null ? '' : `/t/${prefix}`}${filled}${search === '' ? '' : `?${search}`}`;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const isPacked = response.headers['content-encoding'] === 'gzip' && bytes.length > 0;
  const { statusCode = 0, statusMessage = '', httpVersion, rawHeaders } = response;
  return { status: statusCode, statusLine: `HTTP/${httpVersion} ${statusCode} ${statusMessage}`, headers: rawHeaders, body: (isPacked ? gunzipSync(bytes) : bytes).toString() };
}

/** The call of a route as somebody of the deployment makes it, by its path, with the ids that all deployments have. */
export function plainCall(route: Route, rule: WireRule, deployment: Deployment, role: Role | null): Call {
  const texts = Object.fromEntries((rule.texts ?? []).map((name) => [name, deployment.mark]));
  const speaker = rule.speaks ? { user_type: userTypeOf(role) } : {};
  const body = route.takesBody ? { ...withoutIds(route, rule), ...texts, ...rule.body, ...speaker } : null;
  const start: Call = { method: route.method, prefix: deployment.tenant.key, route: route.path, path: {}, query: {}, header: {}, body };
  return route.fields.reduce((call, field) => {
    const value = sharedOf(rule, deployment, field);
    return value === null ? call : withField(call, field, value);
  }, start);
}

/** The call with this value in this field. */
export function withField(call: Call, { in: place, name }: Field, value: string): Call {
  return { ...call, [place]: { ...call[place], [name]: value } };
}

// Hints and marks of a page make another call of it, and so does `before`.
function sharedOf({ fields }: WireRule, { shared }: Deployment, { name }: Field): string | null {
  const kind = fields[name]?.kind;
  return kind !== undefined && kind !== 'message' && kind in shared ? shared[kind as keyof typeof shared] : null;
}

function withoutIds({ body }: Route, { fields }: WireRule): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => fields[name] === undefined));
}

function userTypeOf(role: Role | null): string {
  const kind = role?.split(' ').at(-1);
  return kind === undefined || kind === 'service' || kind === 'reader' || kind === 'anonymous' ? 'agent' : kind;
}
