import type { TestApp } from '../support/app.js';
import type { Answer } from './calls.js';
import { issue, type Credentials } from './credentials.js';
import { contentsOf, fill, newSeed, type Deployment } from './deployments.js';
import { ROUTES } from './documents.js';
import { operatorRows, outsidersRows, publicRows } from './operator-rows.js';
import { pushedRows } from './pushed-rows.js';
import type { Row } from './rows.js';
import { WIRE_RULES } from './rules.js';
import { takeOpenSeats, takeSeats } from './seats.js';
import { takenRows } from './taken-rows.js';
import { ask, isWithoutEffect, questionsOf, type Question } from './wire-rows.js';

type Pair = readonly [Deployment, Deployment];
type Issued = ReadonlyMap<Deployment, Credentials>;

// What differs from one answer to the next, whoever asked.
const PASSING = /^(date|x-request-id|keep-alive|connection)$/i;

/** Asks everything that the documents make thinkable, of two guarded deployments and two that are open to sockets. */
export async function runMatrix(service: TestApp): Promise<Row[]> {
  const open = { http: 'required', sockets: 'open' } as const;
  const seeds = [await newSeed(service, 'first'), await newSeed(service, 'second'), await newSeed(service, 'third', open), await newSeed(service, 'fourth', open)];
  const all = await fill(service, seeds);
  const [first, second, ...opened] = all;
  if (first === undefined || second === undefined) throw new Error('Two deployments at least');
  const pair: Pair = [first, second];
  const issued = await issue(service, pair);
  return [...(await wireRows(service, pair, issued)), ...(await otherRows(service, all, issued)), ...(await socketRows(service, { pair, opened, all, issued }))];
}

async function wireRows(service: TestApp, pair: Pair, issued: Issued): Promise<Row[]> {
  const questions = await allQuestions(service, pair, issued);
  const quiet = await unchanged(service, pair, 'routes, all that may change nothing', () => ask(service, questions.filter(isWithoutEffect)));
  const rows = [...quiet.rows, ...quiet.result.map(({ row }) => row), ...onlyAnswers(quiet.result)];
  for (const at of pair) {
    const others = pair.filter((one) => one !== at);
    const writes = questions.filter((question) => question.at === at && !isWithoutEffect(question));
    const done = await unchanged(service, others, `routes, all that may change ${at.name}`, () => ask(service, writes));
    rows.push(...done.rows, ...done.result.map(({ row }) => row));
  }
  return rows;
}

async function allQuestions(service: TestApp, [first, second]: Pair, issued: Issued): Promise<Question[]> {
  const questions: Question[] = [];
  for (const [at, other] of [[first, second], [second, first]] as const) {
    for (const route of ROUTES) {
      const rule = WIRE_RULES[route.name];
      const [own, others] = [issued.get(at), issued.get(other)];
      if (rule !== undefined && own !== undefined && others !== undefined) questions.push(...(await questionsOf(service, { route, rule, at, other }, own, others)));
    }
  }
  return questions;
}

async function otherRows(service: TestApp, all: readonly Deployment[], issued: Issued): Promise<Row[]> {
  const { rows, result } = await unchanged(service, all, 'routes of the operator and of nobody', async () => [
    ...(await outsidersRows(service, ROUTES, issued)),
    ...(await operatorRows(service, ROUTES, issued)),
    ...(await publicRows(service, ROUTES, issued)),
  ]);
  return [...rows, ...result];
}

async function socketRows(service: TestApp, { pair, opened, all, issued }: { pair: Pair; opened: readonly Deployment[]; all: readonly Deployment[]; issued: Issued }): Promise<Row[]> {
  const seats = [...(await takeSeats(service, issued)), ...(await takeOpenSeats(service, opened))];
  try {
    const pushed = await pushedRows(service, all, seats);
    return [...pushed, ...(await takenRows(service, pair, all, seats))];
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
