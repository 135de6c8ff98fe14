import { OptionalText } from '../../common/index.js';
import { PanelListDto } from './panel-list.dto.js';

/** Whose rooms are asked for: a seller's, a buyer's, or both of one person; at least one of the two fields. */
export class FetchRoomBetweenUsersDto extends PanelListDto {
  /** The seller's vendor id. */
  @OptionalText({ example: '15' })
  p2p_id?: string | null;

  /** The buyer. */
  @OptionalText({ example: '8' })
  order_user_id?: string | null;
}
