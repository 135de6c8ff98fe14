import { load } from '../load.mjs';
import { drawFrom, upTo } from '../numbers.mjs';
import { call, historyOf, listOf, messageTo, toJsonCall } from '../requests.mjs';
import { inRounds, ratioOf } from '../rounds.mjs';
import { aRoom, fill } from '../seed.mjs';

const TENANT = 'sends';
const AGENT = '141';
const AT_ONCE = 16;
// Hundreds of sends a second are compiled later than as many lists.
const WARM_UP_SECONDS = 12;
const [SERVICE, LOOP, BEHIND_HTTP] = ['service', 'bare driver, no HTTP', 'bare driver, node:http'];
const [ONE, MANY] = ['1 sender in one room', '50 senders in one room'];

/** Messages into rooms drawn at random, beside the same two writes by the bare driver; and many senders in one room. */
export const sends = {
  name: 'sends',
  async run({ stand, quick, step }) {
    const count = quick ? 100 : 1_000;
    step(`${count} rooms`);
    const database = (await stand.register([TENANT])).get(TENANT);
    const rooms = upTo(count).map((number) => aRoom({ tenant: TENANT, agent: AGENT, number }));
    await fill(stand.client.db(database), rooms);
    const ids = rooms.map(({ _id }) => _id.toHexString());
    const service = await stand.startService();
    // They make the indexes, which the bare driver's writes have to keep as well.
    await call(service.url, listOf(TENANT, AGENT));
    await call(service.url, historyOf(TENANT, ids[0]));
    const bare = await stand.startContender('bare-sender', { DATABASE: database });
    const rounds = { stand, rounds: quick ? 1 : 5, step };
    const many = await inRounds(inManyRooms(service, bare, ids).map((one) => ({ ...one, warmUpSeconds: WARM_UP_SECONDS })), { ...rounds, seconds: quick ? 1 : 2 });
    const one = await inRounds(inOneRoom(service, ids[0]), { ...rounds, seconds: quick ? 1 : 1.5 });
    const rows = [...many, ...one];
    return { rows, ratios: toRatios(rows) };
  },
};

function inManyRooms(service, bare, ids) {
  const behindHttp = (name, { pid, url }) => {
    const draw = drawFrom(ids);
    return { name, pid, load: (seconds) => load({ url, next: () => messageTo(TENANT, draw()), seconds, connections: AT_ONCE }) };
  };
  const loop = async (seconds) => JSON.parse((await call(bare.url, toJsonCall('POST', '/loop', { seconds, width: AT_ONCE, rooms: ids }))).text);
  return [behindHttp(SERVICE, service), { name: LOOP, pid: bare.pid, load: loop }, behindHttp(BEHIND_HTTP, bare)];
}

function inOneRoom({ pid, url }, id) {
  const contender = (name, connections) => ({ name, pid, load: (seconds) => load({ url, next: () => messageTo(TENANT, id), seconds, connections }) });
  return [contender(ONE, 1), contender(MANY, 50)];
}

function toRatios(rows) {
  const speed = (one, other) => ratioOf(rows, 'perSecond', one, other);
  return [
    { name: 'sends: service to the bare driver without HTTP', value: speed(SERVICE, LOOP), least: 0.7 },
    { name: 'sends: service to the bare driver behind node:http', value: speed(SERVICE, BEHIND_HTTP), least: 0.7 },
    { name: 'sends: 50 senders in one room to 1', value: speed(MANY, ONE), least: 1 },
  ];
}
