/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Answers one of the list at random with each call. */
export function drawFrom(list, seed = 1) {
  const random = seededRandom(seed);
  return () => list[Math.floor(random() * list.length)];
}

/** The value below which that part of the list lies. */
export function quantile(list, part) {
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

export function median(list) {
  return quantile(list, 0.5);
}

/** 0, 1, … up to `count`, without it. */
export function upTo(count) {
  return Array.from({ length: count }, (_, at) => at);
}

/** Runs `work` for each of the list, `width` at once. */
export async function eachOf(list, width, work) {
  const left = list.values();
  const line = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(upTo(width).map(line));
}
