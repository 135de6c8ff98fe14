import { toJsonCall } from '../../bench/requests.mjs';

// An answer is promised within 3 s of a database that is away.
export const PATIENCE_MS = 8_000;
// Where nothing is broken, a machine may be slow.
const LONG_PATIENCE_MS = 60_000;

/** An answer that did not come in time. */
export class LateError extends Error {}

/** Whose rooms they all are. */
export const AGENT = '141';

/** Makes a call and answers its status, headers and body; rejects where no answer comes, with a {@link LateError} where none comes in time. */
export async function ask(url, { path, ...request }, patienceMs = PATIENCE_MS) {
  const patience = new AbortController();
  let timer;
  // fetch alone may never settle, though it is aborted (seen on Node 20).
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new LateError(`no answer within ${patienceMs} ms`));
      patience.abort();
    }, patienceMs);
  });
  try {
    return await Promise.race([answerOf(url + path, { ...request, signal: patience.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(address, request) {
  const answer = await fetch(address, request);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** Makes a call and answers its body. @throws where the status is another than 200 */
export async function get(url, call, patienceMs = LONG_PATIENCE_MS) {
  const { status, body } = await ask(url, call, patienceMs);
  if (status !== 200) throw new Error(`${call.method} ${call.path} answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
  return body;
}

export function tenantCall(adminToken, key) {
  return toJsonCall('PUT', `/admin/tenants/${key}`, { names: [key] }, toBearer(adminToken));
}

export function keyCall(adminToken, key) {
  return toJsonCall('POST', `/admin/tenants/${key}/keys`, { role: 'service' }, toBearer(adminToken));
}

export function roomCall({ key, token }, number) {
  const order = String(52_000_000 + number);
  const room_name = `OrderNo-${order}-orderId-${number}-oderVendor-7-agentId-${AGENT}`;
  const people = { agent_id: AGENT, vendor_id: '7', vendor_user_id: AGENT, order_user_id: '1', order_vendor_id: '9' };
  return toJsonCall('POST', `/t/${key}/api/room/createRoom`, { room_id: order, room_name, type: 'agent_to_user', agent_db: key, db_name: key, ...people }, toBearer(token));
}

export function listCall({ key, token }, page = {}) {
  return toJsonCall('POST', `/t/${key}/api/room/fetchRoomByUserAgent`, { agent_db: key, agent_id: AGENT, type: 'agent_to_user', ...page }, toBearer(token));
}

/** A message of that agent that may be sent again and again. */
export function sendCall({ key, token }, { room, sender, text }) {
  const from = { user_type: 'agent', user_id: sender, email: '', username: sender, phone_num: '+0000000000', display_image: null };
  const direction = { to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' };
  const body = { room_id: room, message: text, client_message_id: text, ...from, ...direction };
  return toJsonCall('POST', `/t/${key}/api/chat/sendMessageJoin`, body, { ...toBearer(token), 'idempotency-key': text });
}

/** The oldest messages of a room after that `seq`. */
export function historyCall({ key, token }, room, after, limit = 500) {
  return { method: 'GET', path: `/t/${key}/api/chat/${room}?after_seq=${after}&limit=${limit}`, headers: toBearer(token) };
}

export function toBearer(token) {
  return { authorization: `Bearer ${token}` };
}
