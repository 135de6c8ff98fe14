import { Text } from '../../common/index.js';
import { ListPageDto } from './list-page.dto.js';

/** Which order's rooms are asked for. */
export class RoomsOfOrderDto extends ListPageDto {
  /** The order number that people see, as a push notification carries it. */
  @Text({ example: '52788594' })
  room_id!: string | null;
}
