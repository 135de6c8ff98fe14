import { median } from './numbers.mjs';
import { cpuSeconds, residentMegabytes } from './processes.mjs';

// Until Node has compiled most of it (measured: a send costs half as much after ten seconds as in the first, and a third less again after thirty).
const WARM_UP_SECONDS = 4;

/**
 * Measures contenders in interleaved rounds after a warm-up, each round beginning with another one, and answers a row of medians for each. A
 * contender has a `name`, the `pid` of its process, `load(seconds)`, and `warmUpSeconds` where its work is compiled later than others'.
 */
export async function inRounds(contenders, { stand, rounds, seconds, step }) {
  for (const { name, load, warmUpSeconds = WARM_UP_SECONDS } of contenders) {
    step(`warm-up: ${name}`);
    await load(warmUpSeconds);
  }
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < contenders.length; place++) {
      const contender = contenders[(place + round) % contenders.length];
      step(`round ${round + 1} of ${rounds}: ${contender.name}`);
      samples.get(contender.name).push(await measure(contender, stand, seconds));
    }
  }
  return contenders.map(({ name }) => ({ name, ...toRow(samples.get(name)), samples: samples.get(name) }));
}

async function measure({ name, pid, load }, { mongodPid }, seconds) {
  const before = [await cpuSeconds(pid), await cpuSeconds(mongodPid)];
  const sample = await load(seconds);
  const after = [await cpuSeconds(pid), await cpuSeconds(mongodPid)];
  if (sample.answers === 0) throw new Error(`${name} answered nothing within ${seconds} s`);
  const thousands = sample.answers / 1_000;
  return {
    perSecond: sample.answers / sample.seconds,
    p50: sample.p50,
    p99: sample.p99,
    cpu: (after[0] - before[0]) / thousands,
    mongodCpu: (after[1] - before[1]) / thousands,
    rss: await residentMegabytes(pid),
    bytes: sample.bytes,
  };
}

function toRow(samples) {
  return Object.fromEntries(Object.keys(samples[0]).map((field) => [field, median(samples.map((sample) => sample[field]))]));
}

/**
 * How `one` stands to `other` in a field: the median of the ratios of each round, whose measurements lie side by side, so that what else the
 * machine did meanwhile weighs on both.
 */
export function ratioOf(rows, field, one, other) {
  const others = rowOf(rows, other).samples;
  return median(rowOf(rows, one).samples.map((sample, round) => sample[field] / others[round][field]));
}

/** The row of that name. */
export function rowOf(rows, name) {
  return rows.find((row) => row.name === name);
}
