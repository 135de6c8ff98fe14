/**
 * How much later than its date a change may be seen. MongoDB ends a transaction after 60 s, which it looks after every 30 s; and the clocks
 * of its members and of instances may be 30 s apart.
 */
export const SEEN_LATE_MS = 120_000;

/** What a primary says of itself, as far as it is used here; a router of a sharded cluster says nothing of writes. */
export interface Hello {
  readonly isWritablePrimary?: boolean;
  readonly localTime?: Date;
  readonly lastWrite?: { readonly majorityWriteDate?: Date };
}

/**
 * A date up to which reads that begin later see everything: what they do not see, because it is committed later, has a later date. It goes by
 * the clock of MongoDB, which dates changes, and no further than most of its members have got. Null where a primary did not say so.
 */
export function toSettledDate({ isWritablePrimary, localTime, lastWrite }: Hello): Date | null {
  if (isWritablePrimary !== true || localTime === undefined) return null;
  const committed = lastWrite?.majorityWriteDate ?? localTime;
  return new Date(Math.min(committed.getTime(), localTime.getTime()) - SEEN_LATE_MS);
}
