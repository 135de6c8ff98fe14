import type { TenantAuth } from '../../src/tenancy/index.js';
import type { TestApp } from '../support/app.js';
import type { Answer } from './calls.js';
import { issue, type Credentials } from './credentials.js';
import { contentsOf, fill, newSeed, type Deployment } from './deployments.js';
import { ROUTES } from './documents.js';
import { OpaqueTokens } from './opaque-tokens.js';
import { operatorRows, outsidersRows, publicRows } from './operator-rows.js';
import { pushedRows } from './pushed-rows.js';
import type { Row } from './rows.js';
import { WIRE_RULES } from './rules.js';
import { takeSeats } from './seats.js';
import { takenRows } from './taken-rows.js';
import { ask, isWithoutEffect, questionsOf, type Question } from './wire-rows.js';

type Issued = ReadonlyMap<Deployment, Credentials>;

// What differs from one answer to the next, whoever asked.
const PASSING = /^(date|x-request-id|keep-alive|connection)$/i;

const OPEN: TenantAuth = { http: 'open', sockets: 'open' };

/** Asks everything that the documents make thinkable, of two guarded deployments and two that are open. */
export async function runMatrix(service: TestApp): Promise<Row[]> {
  const opaque = await OpaqueTokens.start();
  try {
    const seeds = [];
    for (const name of ['first', 'second']) seeds.push(await newSeed(service, name, { lookup: opaque.lookupOf(name) }));
    for (const name of ['third', 'fourth']) seeds.push(await newSeed(service, name, { lookup: opaque.lookupOf(name), auth: OPEN }));
    const all = await fill(service, seeds);
    const issued = await issue(service, all, opaque);
    return [...(await wireRows(service, all, issued)), ...(await otherRows(service, all, issued)), ...(await socketRows(service, all, issued))];
  } finally {
    await opaque.close();
  }
}

async function wireRows(service: TestApp, all: readonly Deployment[], issued: Issued): Promise<Row[]> {
  const questions = await allQuestions(service, issued);
  const quiet = await unchanged(service, all, 'routes, all that may change nothing', () => ask(service, questions.filter(isWithoutEffect), all));
  const rows = [...quiet.rows, ...quiet.result.map(({ row }) => row), ...onlyAnswers(quiet.result)];
  for (const at of all) {
    const others = all.filter((one) => one !== at);
    const writes = questions.filter((question) => question.at === at && !isWithoutEffect(question));
    const done = await unchanged(service, others, `routes, all that may change ${at.name}`, () => ask(service, writes, all));
    rows.push(...done.rows, ...done.result.map(({ row }) => row));
  }
  return rows;
}

/** Each deployment is asked with what the first one has; the first one, and it alone, with what the second has. */
async function allQuestions(service: TestApp, issued: Issued): Promise<Question[]> {
  const questions: Question[] = [];
  for (const [at, own] of issued) {
    const [other, others] = [...issued].find(([one]) => one !== at) ?? [at, own];
    for (const route of ROUTES) {
      const rule = WIRE_RULES[route.name];
      if (rule !== undefined && isAsked(at)) questions.push(...(await questionsOf(service, { route, rule, at, other }, own, others)));
    }
  }
  return questions;
}

// The fourth is there for the sockets: it is open, beside another one that is.
function isAsked({ name }: Deployment): boolean {
  return name !== 'fourth';
}

async function otherRows(service: TestApp, all: readonly Deployment[], issued: Issued): Promise<Row[]> {
  const guarded = new Map([...issued].filter(([{ tenant }]) => tenant.auth.http === 'required'));
  const { rows, result } = await unchanged(service, all, 'routes of the operator and of nobody', async () => [
    ...(await outsidersRows(service, ROUTES, guarded)),
    ...(await operatorRows(service, ROUTES, guarded)),
    ...(await publicRows(service, ROUTES, guarded)),
  ]);
  return [...rows, ...result];
}

async function socketRows(service: TestApp, all: readonly Deployment[], issued: Issued): Promise<Row[]> {
  const seats = await takeSeats(service, issued);
  try {
    const pushed = await pushedRows(service, all, seats);
    return [...pushed, ...(await takenRows(service, all, seats))];
  } finally {
    for (const { listener } of seats) listener.close();
  }
}

/** A row for what `work` did to these deployments' databases and to the directory, where it may do nothing. */
async function unchanged<T>(service: TestApp, spared: readonly Deployment[], route: string, work: () => Promise<T>): Promise<{ result: T; rows: Row[] }> {
  const before = await contentsOf(service, spared);
  const result = await work();
  const after = await contentsOf(service, spared);
  const rows = Object.keys(before).map((at) => ({ route, field: 'all that is stored', credential: 'all of them', at, expected: 'unchanged', seen: before[at] === after[at] ? 'unchanged' : 'changed' }));
  return { result, rows };
}

/** A row for each call that nobody may make: whatever is wrong with the credential, the answer is the same to the last byte, and the document's. */
function onlyAnswers(asked: readonly { readonly question: Question; readonly answer: Answer }[]): Row[] {
  const refused = asked.filter(({ question: { credential } }) => credential.role === null);
  const calls = new Map<string, typeof refused>();
  for (const one of refused) {
    const { route, field, at } = one.question;
    const call = JSON.stringify([route.name, field, at.name]);
    calls.set(call, [...(calls.get(call) ?? []), one]);
  }
  return [...calls.values()].flatMap((same) => {
    const question = same[0]?.question;
    if (question === undefined) return [];
    const answers = new Set(same.map(({ answer }) => bytesOf(answer)));
    const bodies = new Set(same.map(({ answer }) => answer.body));
    const isShown = [...bodies].every((body) => question.route.refusals.includes(body));
    const seen = `${answers.size === 1 ? 'one answer' : `${answers.size} answers`}${isShown ? '' : ', not the document’s'}`;
    return [{ route: question.route.name, field: question.field, credential: 'all that are refused', at: question.at.name, expected: 'one answer', seen }];
  });
}

function bytesOf({ statusLine, headers, body }: Answer): string {
  const lasting = headers.flatMap((header, at) => (at % 2 === 0 && !PASSING.test(header) ? [`${header}: ${headers[at + 1] ?? ''}`] : []));
  return JSON.stringify([statusLine, lasting, body]);
}
