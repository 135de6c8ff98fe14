/**
 * A thread that calls `url` so many times a second at a steady pace, whatever is answered, until it is told to stop; then it says how many answers
 * of each status there were, and in how many seconds. (autocannon makes all calls of a second at its beginning.)
 */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const TICK_MS = 5;
const CONNECTIONS = 16;

const { url, call, perSecond } = workerData;
const { path, body, ...rest } = call;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const statuses = new Map();
const began = performance.now();
let made = 0;

function make() {
  const asked = request(url + path, { ...rest, agent }, (answer) => {
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
    answer.resume();
  });
  asked.on('error', () => undefined).end(body);
}

const ticking = setInterval(() => {
  for (const due = ((performance.now() - began) / 1_000) * perSecond; made < due; made++) make();
}, TICK_MS);

parentPort.once('message', () => {
  clearInterval(ticking);
  agent.destroy();
  parentPort.postMessage({ statuses, seconds: (performance.now() - began) / 1_000 });
});
