import { isEmptyLike } from '../common/index.js';
import type { Id } from '../mongo/index.js';

import type { SentText } from './sent-text.js';

/** Somebody of a room as stored in it; the last five fields repeat the room's. */
export interface Participant {
  _id: Id;
  status: boolean;
  /** The room's `_id`. */
  room_id: Id;
  user_type: string;
  user_id?: SentText;
  email?: SentText;
  username?: SentText;
  phone_num?: SentText;
  display_image?: SentText;
  sub_domain?: SentText;
  room_name: string;
  vendor_id?: SentText;
  vendor_user_id?: SentText;
  order_user_id?: SentText;
  order_vendor_id?: SentText;
  auth_user_id?: SentText;
  created_date: Date;
  updated_date: Date;
  __v: number;
}

/** Somebody who writes or joins, before the room knows them. */
export interface Joiner {
  readonly user_type: string;
  readonly user_id?: SentText;
  readonly email?: SentText;
  readonly username?: SentText;
  readonly phone_num?: SentText;
  readonly display_image?: SentText;
  readonly sub_domain?: SentText;
}

/**
 * The fields by which a room knows somebody again: a shop as a whole, an admin by e-mail (without one by id),
 * everybody else by kind and id, so that both sides of a peer chat are one participant each.
 */
export function identityOf({ user_type, user_id, email }: Joiner): Readonly<Partial<Record<keyof Participant, SentText>>> {
  if (user_type === 'vendor') return { user_type };
  if (user_type === 'admin' && !isEmptyLike(email)) return { user_type, email };
  return { user_type, auth_user_id: user_id ?? null };
}
