import { OptionalText } from '../../common/index.js';
import { RoomType } from '../../room/index.js';
import { ListPageDto } from './list-page.dto.js';

/** What every list of the order panel is asked by. */
export class PanelListDto extends ListPageDto {
  /** The order panel's database name: chooses the deployment, and the rooms. May be left out where the deployment has one name only. */
  @OptionalText({ example: 'ace' })
  db_name?: string | null;

  /** The room type, such as `vendor_to_user`. */
  @RoomType({ example: 'vendor_to_user' })
  type!: string | null;

  /** A host name of the deployment, where nothing else names it; without effect on the rooms. */
  @OptionalText({ example: '192.168.101.88' })
  sub_domain?: string | null;
}

/** A list of the order panel that can be narrowed by `client_id`. */
export class ClientListDto extends PanelListDto {
  /** Nearly always 1; absent, null, empty or `undefined`: not matched on. */
  @OptionalText({ example: 1 })
  client_id?: string | null;
}
