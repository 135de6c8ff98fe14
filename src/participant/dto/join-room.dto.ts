import { IdText, OptionalText, pick, Text } from '../../common/index.js';
import type { Joiner } from '../../room/index.js';

const URL_LIMIT = 4_000;
const TEXT_LIMIT = 1_000;

/** Who joins which room, as older panels say it. */
export class JoinRoomDto {
  /** The room's `_id`. */
  @IdText({ example: '641d731dee3408c461095a2b' }) room_id!: string;
  /** `agent`, `user`, `vendor` or `admin`. */
  @Text({ filled: true, example: 'admin' }) user_type!: string;
  /** Who really joins; with `user_type` it tells who is known again (an admin by `email`, a shop as a whole). */
  @OptionalText({ example: 1 }) user_id?: string | null;
  /** May be empty. */
  @OptionalText({ limit: TEXT_LIMIT, free: true, example: 'admin@example.com' }) email?: string | null;
  @OptionalText({ limit: TEXT_LIMIT, free: true, example: 'John Doe' }) username?: string | null;
  /** Another name of `username`. */
  @OptionalText({ limit: TEXT_LIMIT, free: true }) user_name?: string | null;
  @OptionalText({ free: true, example: '+0000000000' }) phone_num?: string | null;
  @OptionalText({ limit: URL_LIMIT, free: true }) display_image?: string | null;
  /** Another name of `display_image`, misspelt by older panels. */
  @OptionalText({ limit: URL_LIMIT, free: true }) dipslay_image?: string | null;
  /** Without effect. */
  @OptionalText({ example: 'agent_to_user' }) type?: string | null;
}

/** Who joins. */
export function toJoiner(dto: JoinRoomDto): Joiner {
  const { username = dto.user_name, display_image = dto.dipslay_image } = dto;
  return {
    ...pick(dto, ['user_type', 'user_id', 'email', 'phone_num']),
    ...(username === undefined ? {} : { username }),
    ...(display_image === undefined ? {} : { display_image }),
  };
}
