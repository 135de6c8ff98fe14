import { Text } from '../../common/index.js';
import { PanelListDto } from './panel-list.dto.js';

/** Whose rooms are asked for: a customer of a deployment, by room type. */
export class FetchRoomByUserIdDto extends PanelListDto {
  /** The customer. */
  @Text({ example: '1' })
  order_user_id!: string | null;
}
