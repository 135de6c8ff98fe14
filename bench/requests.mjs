/** The calls of the benchmark as they go over the wire. */

/** A call with a body. */
export function toJsonCall(method, path, body, headers = {}) {
  return { method, path, headers: headersOf({ 'content-type': 'application/json', ...headers }), body: JSON.stringify(body) };
}

// What every call has in its head beside its own.
function headersOf(own = {}) {
  return { ...own };
}

/** An agent's list; `page` has its `limit` and `cursor`. */
export function listOf(tenant, agent, { page = {}, headers = {} } = {}) {
  return toJsonCall('POST', '/api/room/fetchRoomByUserAgent', { agent_db: tenant, agent_id: agent, type: 'agent-to-user', ...page }, headers);
}

/** The newest 50 messages of a room. */
export function historyOf(tenant, room) {
  return { method: 'GET', path: `/t/${tenant}/api/chat/${room}?limit=50`, headers: headersOf() };
}

/** A message of agent 141, as its app sends it. */
export function messageTo(tenant, room, message = 'I am at the door.') {
  const sender = { user_type: 'agent', user_id: 141, email: '', username: 'goutav', phone_num: '+0000000000', display_image: null };
  const direction = { to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' };
  return toJsonCall('POST', `/t/${tenant}/api/chat/sendMessageJoin`, { room_id: room, message, ...sender, ...direction });
}

/** Makes one call and answers its status, headers and text. @throws where the status is another than 200 */
export async function call(url, { path, ...request }) {
  const answer = await fetch(url + path, request);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${request.method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return { headers: answer.headers, text };
}
