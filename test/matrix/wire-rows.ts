import type { TestApp } from '../support/app.js';
import { plainCall, send, textOf, withField, type Answer, type Call } from './calls.js';
import type { Credential, Credentials, Role } from './credentials.js';
import type { Deployment } from './deployments.js';
import type { Field, Route } from './documents.js';
import { inGroups, type Row } from './rows.js';
import { HINTS, MISMATCH, REFUSED, WIRE_RULES, type FieldRule, type Seen, type WireRule } from './rules.js';

/** What an asker asks, and what has to be seen. */
export interface Question {
  readonly route: Route;
  readonly field: string;
  readonly credential: Credential;
  readonly at: Deployment;
  readonly other: Deployment;
  readonly call: Call;
  readonly expected: Seen;
}

interface Asked {
  readonly route: Route;
  readonly rule: WireRule;
  readonly at: Deployment;
  readonly other: Deployment;
}

interface Change {
  readonly field: Field;
  readonly rule: FieldRule;
  readonly value: string;
}

const WHOLE: readonly Role[] = ['service', 'reader', 'admin', 'anonymous'];

/** True for a question that changes nothing, whatever it shows. */
export function isWithoutEffect({ route, expected }: Question): boolean {
  return !expected.startsWith('200') || WIRE_RULES[route.name]?.plain.reader !== '403 NOT_ALLOWED';
}

/** All questions of a route at a deployment, of which each names something of the other one but for the first of each credential. */
export async function questionsOf(service: TestApp, asked: Asked, { good, refused }: Credentials, others: Credentials): Promise<Question[]> {
  const changes = await changesOf(service, asked, others.good[0]?.sent ?? null);
  const beside = [null, ...changes].flatMap((change) => [
    ...refused.filter(asks(change)).map((credential) => toQuestion(asked, change, credential, change?.rule.whole === MISMATCH ? MISMATCH : REFUSED)),
    ...good.filter(asks(change)).map((credential) => toQuestion(asked, change, credential, expectedOf(asked.rule, change, credential.role))),
  ]);
  const hints = changes.filter(({ rule: { kind } }) => kind === 'name' || kind === 'host');
  const alone = [null, ...hints].flatMap((change) => good.filter(({ asksAlone }) => asksAlone).map((credential) => withoutPath(toQuestion(asked, change, credential, aloneOf(asked.rule, change, credential)))));
  return [...beside, ...alone];
}

const asks = (change: Change | null) => ({ isThorough }: Credential): boolean => isThorough || change === null;

/** Asks, and puts down what was seen of the deployment that was asked and of all the others. */
export async function ask(service: TestApp, questions: readonly Question[], all: readonly Deployment[]): Promise<{ row: Row; question: Question; answer: Answer }[]> {
  return inGroups(questions, async (question) => {
    const { route, field, credential, at, expected, call } = question;
    const packed = at.name === 'first' ? call : withField(call, { in: 'header', name: 'accept-encoding' }, 'gzip');
    const answer = await send(service.url, packed, credential.sent);
    return { question, answer, row: { route: route.name, field, credential: credential.name, at: at.name, expected, seen: seenOf(question, answer, all) } };
  });
}

async function changesOf(service: TestApp, { route, rule, other }: Asked, key: string | null): Promise<Change[]> {
  const documented = route.fields.flatMap((field) => (rule.fields[field.name] === undefined ? [] : [{ field, rule: rule.fields[field.name] as FieldRule }]));
  const page = withPage(route, plainCall(route, rule, other, 'service'));
  const answers = documented.some(({ rule: { kind } }) => kind === 'cursor') ? [await send(service.url, page, key), await send(service.url, plainCall(route, rule, other, 'service'), key)] : [];
  const cursor = answers[0] === undefined ? '' : ((JSON.parse(answers[0].body) as { next_cursor?: string }).next_cursor ?? '');
  const headers = answers[1]?.headers ?? [];
  const etag = headers[headers.findIndex((name) => name.toLowerCase() === 'etag') + 1] ?? '';
  const values = { ...other.own, name: other.tenant.names[0] ?? '', host: other.host, cursor, etag };
  return [...documented, ...HINTS].map((one) => ({ ...one, value: values[one.rule.kind] }));
}

function toQuestion({ route, rule, at, other }: Asked, change: Change | null, credential: Credential, expected: Seen): Question {
  const plain = plainCall(route, rule, at, credential.role);
  const start = change?.rule.kind === 'cursor' ? withPage(route, plain) : plain;
  const call = change === null ? start : withField(start, change.field, change.value);
  return { route, credential, at, other, call, expected, field: change === null ? '–' : `${change.field.in} ${change.field.name}` };
}

function withPage(route: Route, call: Call): Call {
  return withField(call, { in: route.takesBody ? 'body' : 'query', name: 'limit' }, '1');
}

function withoutPath(question: Question): Question {
  return { ...question, field: `${question.field} without a path`, call: { ...question.call, prefix: null } };
}

function expectedOf(rule: WireRule, change: Change | null, role: Role | null): Seen {
  if (role === null) return REFUSED;
  const plain = rule.plain[role];
  const { whole, people } = change?.rule ?? {};
  if (whole === MISMATCH) return MISMATCH;
  if (!plain.startsWith('200')) return plain;
  if (WHOLE.includes(role)) return whole ?? plain;
  return (typeof people === 'object' ? people[role] : people) ?? plain;
}

// An API key names its deployment, a token does not.
function aloneOf(rule: WireRule, change: Change | null, { role, name }: Credential): Seen {
  const isKey = name === 'service' || name === 'reader';
  if (change?.rule.whole === MISMATCH) return REFUSED;
  if (isKey) return expectedOf(rule, null, role);
  return change === null ? '400 TENANT_REQUIRED' : REFUSED;
}

/** What an answer shows, and whatever in it should not be there. */
function seenOf({ call, at }: Question, { status, statusLine, headers, body }: Answer, all: readonly Deployment[]): Seen {
  const text = [statusLine, ...headers, body].join('\n');
  const said = textOf(call);
  const others = all.filter((one) => one !== at).flatMap(({ marks }) => marks);
  const strange = [...others.filter((mark) => !said.includes(mark)), ...(status < 400 ? [] : [at.mark])].filter((mark) => text.includes(mark));
  const error = status < 400 ? (body.includes(at.mark) ? 'own' : 'bare') : (JSON.parse(body) as { error: string }).error;
  return [`${status} ${status === 304 ? '' : error}`.trim(), ...strange.map((mark) => `with ${mark}`)].join(' ');
}
