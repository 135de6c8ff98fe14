import { setTimeout as pause } from 'node:timers/promises';

import { io } from 'socket.io-client';

import { drawFrom, eachOf, quantile, upTo } from '../numbers.mjs';
import { cpuSeconds } from '../processes.mjs';
import { call, keyOf, listOf, messageTo } from '../requests.mjs';
import { aRoom, fillRooms } from '../seed.mjs';

const AGENT = '141';
const SOCKETS_OF_TENANT = 10;
const TICK_MS = 5;
// More calls than this at once would measure how calls wait for each other.
const MOST_UNDER_WAY = 64;
const PATIENCE_MS = 10_000;
const WARM_UP_SECONDS = 10;

/** Sockets of many deployments, which hear each message of their own once and soon. */
export const live = {
  name: 'live',
  async run({ stand, quick, step }) {
    const { tenants, perSecond, seconds } = quick ? { tenants: 5, perSecond: 20, seconds: 3 } : { tenants: 100, perSecond: 200, seconds: 15 };
    const keys = upTo(tenants).map((at) => `live-${at}`);
    step(`${tenants} deployments`);
    const { service, rooms } = await fillAll(stand, keys);
    step(`${tenants * SOCKETS_OF_TENANT} sockets`);
    const heard = new Heard();
    const sockets = await connect(service.url, keys, heard);
    step('warm-up');
    await heard.all(await sendAll(service.url, { rooms, perSecond, seconds: quick ? 1 : WARM_UP_SECONDS }), SOCKETS_OF_TENANT);
    step(`${perSecond} messages a second`);
    const before = await cpuOf(service);
    const sent = await sendAll(service.url, { rooms, perSecond, seconds });
    await heard.all(sent, SOCKETS_OF_TENANT);
    const used = (await cpuOf(service)).map((cpu, at) => (cpu - before[at]) / sent.seconds);
    for (const socket of sockets) socket.close();
    return toResult(sent, heard, { sockets: sockets.length, perSecond, used });
  },
};

async function fillAll(stand, keys) {
  const databases = await stand.register(keys);
  const service = await stand.startService();
  const rooms = keys.map((key, number) => ({ key, room: aRoom({ tenant: key, agent: AGENT, number }) }));
  await eachOf(rooms, 8, async ({ key, room }) => {
    // Indexes of empty collections are made many times faster than those of full ones.
    await call(service.url, listOf(key, AGENT));
    await fillRooms(stand.client.db(databases.get(key)), [{ ...room, last_message: null, seq: 0 }]);
    await call(service.url, messageTo(key, room._id));
  });
  return { service, rooms: rooms.map(({ key, room }) => ({ key, id: room._id.toHexString() })) };
}

/** Seconds of CPU of the service, and of this process with its sockets. */
function cpuOf({ pid }) {
  return Promise.all([pid, process.pid].map(cpuSeconds));
}

/** When each message arrived at which sockets. */
class Heard {
  #arrivals = new Map();

  add(key, socket, id) {
    const arrivals = this.#arrivals.get(id) ?? [];
    arrivals.push({ key, socket, at: performance.now() });
    this.#arrivals.set(id, arrivals);
  }

  of(id) {
    return this.#arrivals.get(id) ?? [];
  }

  /** Resolves when every message has arrived so many times, or has had its time. */
  async all({ messages }, times) {
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline && messages.some(({ id }) => this.of(id).length < times)) await pause(TICK_MS);
  }
}

async function connect(url, keys, heard) {
  const sockets = [];
  const wanted = keys.flatMap((key) => upTo(SOCKETS_OF_TENANT).map((nth) => ({ key, name: `${key} ${nth}` })));
  await eachOf(wanted, 20, async ({ key, name }) => {
    const socket = io(`${url}/t/${key}`, { forceNew: true, transports: ['websocket'], reconnection: false, auth: { token: keyOf(key) } });
    socket.on('new-message', ({ message }) => heard.add(key, name, message.chatData._id));
    sockets.push(socket);
    await new Promise((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  });
  return sockets;
}

/** Sends at a steady pace, whatever the answers take. */
async function sendAll(url, { rooms, perSecond, seconds }) {
  const draw = drawFrom(rooms);
  const messages = [];
  const underWay = new Set();
  const began = performance.now();
  const send = async () => {
    const { key, id: room } = draw();
    const { text } = await call(url, messageTo(key, room));
    messages.push({ key, id: JSON.parse(text).chatData._id, answered: performance.now() });
  };
  for (let made = 0; made < perSecond * seconds; await pause(TICK_MS)) {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    for (; made < Math.min(due, perSecond * seconds) && underWay.size < MOST_UNDER_WAY; made++) {
      const one = send().finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }
  await Promise.all(underWay);
  return { messages, seconds: (performance.now() - began) / 1_000 };
}

function toResult({ messages, seconds }, heard, { sockets, perSecond, used }) {
  const latencies = [];
  let [lost, twice, foreign] = [0, 0, 0];
  for (const { key, id, answered } of messages) {
    const arrivals = heard.of(id);
    const own = arrivals.filter((arrival) => arrival.key === key);
    const different = new Set(own.map(({ socket }) => socket)).size;
    foreign += arrivals.length - own.length;
    twice += own.length - different;
    lost += SOCKETS_OF_TENANT - different;
    // It may be heard before its sender has the answer.
    latencies.push(...own.map(({ at }) => Math.max(0, at - answered)));
  }
  const p99 = quantile(latencies, 0.99);
  const facts = [
    { name: 'sockets', value: sockets },
    { name: 'messages a second, and as many as were wanted', value: `${(messages.length / seconds).toFixed(1)} of ${perSecond}` },
    { name: 'arrivals', value: latencies.length },
    { name: 'from the answer to arrival, p50', value: quantile(latencies, 0.5), unit: 'ms' },
    { name: 'p99', value: p99, unit: 'ms' },
    { name: 'longest', value: quantile(latencies, 1), unit: 'ms' },
    { name: 'CPU of the service, seconds a second', value: used[0] },
    { name: 'CPU of the callers and listeners, seconds a second', value: used[1] },
  ];
  const ratios = [
    { name: 'live: p99 from the answer to arrival, ms', value: p99, most: 50 },
    { name: 'live: lost', value: lost, most: 0 },
    { name: 'live: heard twice', value: twice, most: 0 },
    { name: 'live: heard by another deployment', value: foreign, most: 0 },
  ];
  return { facts, ratios };
}
