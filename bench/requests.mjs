/** The calls of the benchmark as they go over the wire. */

/** The part of an API key of the benchmark that names it. */
export const KEY_ID = '0123456789ab';

/** The API key of a deployment of the benchmark: everybody may know it, for nobody else reaches the service. */
export function keyOf(tenant) {
  return `anteroom_key_${tenant}_${KEY_ID}_${'0'.repeat(48)}`;
}

/** A call with a body. */
export function toJsonCall(method, path, body, headers = {}) {
  return { method, path, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function toCredential(tenant) {
  return { authorization: `Bearer ${keyOf(tenant)}` };
}

/** An agent's list; `page` has its `limit` and `cursor`. */
export function listOf(tenant, agent, { page = {}, headers = {} } = {}) {
  return toJsonCall('POST', '/api/room/fetchRoomByUserAgent', { agent_db: tenant, agent_id: agent, type: 'agent-to-user', ...page }, { ...toCredential(tenant), ...headers });
}

/** The newest 50 messages of a room. */
export function historyOf(tenant, room) {
  return { method: 'GET', path: `/t/${tenant}/api/chat/${room}?limit=50`, headers: toCredential(tenant) };
}

/** A message of agent 141, as its app sends it. */
export function messageTo(tenant, room, message = 'I am at the door.') {
  const sender = { user_type: 'agent', user_id: 141, email: '', username: 'goutav', phone_num: '+0000000000', display_image: null };
  const direction = { to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' };
  return toJsonCall('POST', `/t/${tenant}/api/chat/sendMessageJoin`, { room_id: room, message, ...sender, ...direction }, toCredential(tenant));
}

/** Makes one call, which asks for gzip only where its headers say so, and answers headers and text. @throws where the status is another than 200 */
export async function call(url, { path, headers, ...request }) {
  const answer = await fetch(url + path, { ...request, headers: { 'accept-encoding': 'identity', ...headers } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${request.method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return { headers: answer.headers, text };
}
