import { get, historyCall, listCall } from './calls.mjs';
import { groupBy } from './group-by.mjs';

const PAGE = 1_000;
const UNHANDLED = 'unhandled rejection';
// What the log says of a call that failed through a fault of the service, with the cause.
const FAULT = '"code":"INTERNAL_ERROR"';
const MOST_FAULTS = 5;
// One fault can make thousands.
const MOST_WRONGS = 20;

/** Compares what was answered with what is stored and what was seen; says for each fault what became of its sends. */
export async function findOut(scene) {
  const { tenants, instances, ledger, readers, senders } = scene;
  const problems = new Set(scene.problems);
  for (const refusal of senders.refusals) problems.add(`a send was refused: ${refusal}`);
  for (const { url, said } of await Promise.all(instances.map(async (instance) => ({ url: instance.url, said: await instance.said() })))) {
    if (said.includes(UNHANDLED)) problems.add(`${url} had an unhandled rejection`);
    for (const line of said.split('\n').filter((one) => one.includes(FAULT)).slice(0, MOST_FAULTS)) problems.add(`${url} said: ${line}`);
  }
  const histories = new Map();
  for (const tenant of tenants) await readAll(tenant, instances, { histories, problems });
  const byText = groupBy([...histories.values()].flat(), ({ message }) => message);
  const rows = ledger.periods.map((period) => toRow(period, ledger, { byText, readers }));
  for (const row of rows) row.outOfOrder += countDisorder(row.period, histories, ledger);
  for (const { text } of ledger.unanswered) if ((byText.get(text) ?? []).length > 1) problems.add(`${text}, which was never answered, is stored more than once`);
  for (const text of byText.keys()) if (!ledger.sends.has(text)) problems.add(`${text} is stored, and nobody has sent it`);
  const facts = [`sent again because of: ${[...ledger.reasons].map(([reason, times]) => `${reason} (${times})`).join(', ')}`];
  return { rows, facts, problems: [...problems, ...ledger.wrongs.slice(0, MOST_WRONGS)] };
}

// Every instance must answer the same.
async function readAll(tenant, [{ url }, ...others], { histories, problems }) {
  for (const room of tenant.rooms) histories.set(room, await readHistory(url, tenant, room));
  for (const at of [url, ...others.map((other) => other.url)]) {
    for (const problem of checkList(await get(at, listCall(tenant)), tenant, histories)) problems.add(`${tenant.key} at ${at}: ${problem}`);
  }
}

async function readHistory(url, tenant, room) {
  const history = [];
  for (;;) {
    const page = await get(url, historyCall(tenant, room, history.at(-1)?.seq ?? 0, PAGE));
    if (page.length === 0) return history;
    history.push(...page);
  }
}

function checkList({ roomData }, { rooms }, histories) {
  const problems = rooms.filter((room) => roomData.filter(({ _id }) => _id === room).length !== 1).map((room) => `the list does not have room ${room} once`);
  for (const { _id, updated_date, chat_Data } of roomData) {
    const newest = histories.get(_id)?.at(-1);
    if (chat_Data[0]?._id !== newest?._id) problems.push(`the preview of room ${_id} is not its newest message`);
    if (newest !== undefined && updated_date < newest.created_date) problems.push(`room ${_id} moved before its newest message`);
  }
  const dates = roomData.map(({ updated_date }) => updated_date);
  if (dates.some((date, at) => at > 0 && date > dates[at - 1])) problems.push('the list is not in order');
  return problems;
}

function toRow(period, ledger, { byText, readers }) {
  const sends = ledger.acknowledged.filter((send) => send.period === period);
  const found = sends.map((send) => ({ send, stored: byText.get(send.text) ?? [] }));
  // What was answered must be the very message that is stored.
  const once = found.filter(({ send, stored }) => stored.length === 1 && stored[0]._id === send.answer.id && stored[0].seq === send.answer.seq);
  const doubled = found.filter(({ stored }) => stored.length > 1);
  return {
    period,
    acknowledged: sends.length,
    once: once.length,
    seen: sends.filter((send) => readers.haveSeen(send)).length,
    lost: sends.length - once.length - doubled.length,
    doubled: doubled.length + period.doubled,
    outOfOrder: period.outOfOrder,
  };
}

/** How many messages of a period are not in their place: `seq` by one, dates never back, and each sender's in the order of its sends. */
function countDisorder(period, histories, ledger) {
  const misplaced = [...histories.values()].flatMap((history) => history.filter((message, at) => isMisplaced(message, at, history)));
  return misplaced.filter(({ message }) => ledger.sends.get(message)?.period === period).length + countOvertaken(period, ledger);
}

function isMisplaced({ seq, created_date }, at, history) {
  const before = history[at - 1] ?? { seq: 0, created_date: '' };
  return seq !== before.seq + 1 || created_date < before.created_date;
}

function countOvertaken(period, ledger) {
  const newest = new Map();
  let overtaken = 0;
  for (const send of ledger.acknowledged) {
    const line = `${send.sender} ${send.room}`;
    if (send.answer.seq <= (newest.get(line) ?? 0) && send.period === period) overtaken += 1;
    newest.set(line, Math.max(send.answer.seq, newest.get(line) ?? 0));
  }
  return overtaken;
}
