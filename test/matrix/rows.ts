/** One question of the matrix, and its answer. */
export interface Row {
  readonly route: string;
  /** `–`: none, the call as it is. */
  readonly field: string;
  /** Who asked with what, and at which deployment. */
  readonly credential: string;
  readonly at: string;
  readonly expected: string;
  readonly seen: string;
}

/** True where what was seen is what has to be. */
export function isGood({ expected, seen }: Row): boolean {
  return expected.split(' | ').includes(seen);
}

const AT_ONCE = 12;

/** Runs all of these, some at a time. */
export async function inGroups<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
