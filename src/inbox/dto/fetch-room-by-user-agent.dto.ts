import { OptionalText, Text } from '../../common/index.js';
import { RoomType } from '../../room/index.js';
import { ListPageDto } from './list-page.dto.js';

/** Whose rooms are asked for: an agent of a deployment, by room type. */
export class FetchRoomByUserAgentDto extends ListPageDto {
  /** The agent (driver), as text or number. */
  @Text({ example: '133' })
  agent_id!: string | null;

  /** The dispatcher's database name: chooses the deployment, and the rooms. May be left out where the deployment has one name only. */
  @OptionalText({ example: 'salesdemo' })
  agent_db?: string | null;

  /** The room type: `agent_to_user` or `agent-to-user`. */
  @RoomType({ example: 'agent-to-user' })
  type!: string | null;

  /** The order panel's database name: chooses the deployment; without effect on the rooms. */
  @OptionalText({ example: 'salesdemo' })
  db_name?: string | null;

  /** A host name of the deployment, where nothing else names it; without effect on the rooms. */
  @OptionalText({ example: '192.168.101.88' })
  sub_domain?: string | null;

  /** Without effect. */
  @OptionalText({ example: 5 })
  client_id?: string | null;

  /** Without effect. */
  @OptionalText()
  order_user_id?: string | null;
}
