import { createHash } from 'node:crypto';

import type { EraseMessages, Tenant } from '../../tenancy/index.js';

/** How many documents name a person, and in how many of them there was something to erase. */
export interface Erased {
  found: number;
  erased: number;
}

/** What an erasure did. */
export interface Receipt {
  readonly tenant: string;
  /** The id that was said; the audit has only its hash. */
  readonly user: string;
  /** SHA-256 of `<tenant>/<user>`: who knows the id finds the record, and nobody reads the id off it. */
  readonly user_hash: string;
  /** The kinds of person that the id was meant of. */
  readonly user_types: readonly string[];
  readonly date: Date;
  /** What the deployment's setting says of what was said. */
  readonly erase_messages: EraseMessages;
  readonly participants: Erased;
  readonly messages: Erased;
  /** Locations are removed whole. */
  readonly locations: Erased;
  /** What there is of the person still. */
  readonly kept: readonly string[];
}

/** A receipt while it is made. */
export class EraseCount {
  readonly participants: Erased = { found: 0, erased: 0 };
  readonly messages: Erased = { found: 0, erased: 0 };
  readonly locations: Erased = { found: 0, erased: 0 };

  toReceipt({ key, settings }: Tenant, user: string, types: ReadonlySet<string>): Receipt {
    const { participants, messages, locations } = this;
    const policy = settings.erase_messages;
    const isFound = participants.found + messages.found > 0;
    return {
      ...{ tenant: key, user, user_hash: createHash('sha256').update(`${key}/${user}`).digest('hex') },
      ...{ user_types: [...types].sort(), date: new Date(), erase_messages: policy, participants, messages, locations },
      kept: isFound ? ['ids', 'dates', ...(policy === 'keep' ? ['texts and media of messages'] : [])] : [],
    };
  }
}

/** The receipt as the audit keeps it: without the id. */
export function toRecorded({ user_hash, user_types, date, erase_messages, participants, messages, locations, kept }: Receipt): Readonly<Record<string, unknown>> {
  return { user_hash, user_types, date, erase_messages, participants, messages, locations, kept };
}
