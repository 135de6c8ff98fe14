import autocannon from 'autocannon';

import { quantile } from './numbers.mjs';

// How often autocannon looks whether it is over.
const LOOK_MS = 50;

/**
 * Calls `url` over so many connections for so many seconds, each connection its next call as soon as the last one is answered; `next` makes
 * each call anew. Answers what was answered. @throws where an answer has another status than `status`
 */
export async function load({ url, next, connections = 16, seconds, status = 200 }) {
  const latencies = [];
  const others = new Map();
  let bytes = 0;
  // autocannon writes into the headers that it is given.
  const fresh = () => {
    const { headers, ...rest } = next();
    return { ...rest, headers: { ...headers } };
  };
  const template = { ...fresh(), setupRequest: (before) => ({ ...before, ...fresh() }) };
  const began = performance.now();
  let last = began;
  const run = autocannon({ url, connections, duration: seconds, sampleInt: LOOK_MS, requests: [template] });
  run.on('response', (_client, answered, size, ms) => {
    if (answered !== status) return others.set(answered, (others.get(answered) ?? 0) + 1);
    latencies.push(ms);
    bytes += size;
    last = performance.now();
  });
  const { errors } = await run;
  if (others.size > 0 || errors > 0) throw new Error(`${url}: ${errors} errors, answers other than ${status}: ${JSON.stringify([...others])}`);
  return toSample({ latencies, seconds: (last - began) / 1_000, bytes });
}

/** What a load tells of a contender: `bytes` are those of an answer on the network, headers included. */
export function toSample({ latencies, seconds, bytes = 0 }) {
  const answers = latencies.length;
  return { answers, seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), bytes: answers === 0 ? 0 : bytes / answers };
}
