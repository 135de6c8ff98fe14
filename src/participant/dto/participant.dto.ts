import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

import type { View } from '../../auth/index.js';
import { ErrorDto } from '../../common/index.js';
import { RoomDto, SharedRoomFieldsDto, toWireRoom, type Participant, type Room, type WireRoom } from '../../room/index.js';
import { toWireParticipant, type WireParticipant } from '../participant.js';

const ID = { type: String, pattern: '^[0-9a-f]{24}$' } as const;
const TEXT = { type: String, nullable: true } as const;
const DATE = { type: String, format: 'date-time' } as const;

/** Somebody in a room. */
export class ParticipantDto extends SharedRoomFieldsDto {
  @ApiProperty(ID) _id!: string;
  @ApiProperty({ type: Boolean }) status!: boolean;
  /** The room's `_id`. */
  @ApiProperty(ID) room_id!: string;
  /** `agent`, `user`, `vendor` or `admin`. */
  @ApiProperty({ type: String }) user_type!: string;
  /** Who it is in the chat: of a shop the shop. */
  @ApiPropertyOptional(TEXT) user_id?: string | null;
  @ApiPropertyOptional(TEXT) email?: string | null;
  @ApiPropertyOptional(TEXT) username?: string | null;
  @ApiPropertyOptional(TEXT) phone_num?: string | null;
  @ApiPropertyOptional(TEXT) display_image?: string | null;
  @ApiPropertyOptional(TEXT) sub_domain?: string | null;
  /** Who is really behind it: of a shop the staff member who came first. */
  @ApiPropertyOptional(TEXT) auth_user_id?: string | null;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty(DATE) updated_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
}

/** The answer of getRoomUser: everybody, or – normal in a new room – nobody yet. */
@ApiExtraModels(ParticipantDto)
export class RoomUsersDto {
  /** Everybody in the room, in order of joining; an empty object while nobody has joined. */
  @ApiProperty({ oneOf: [{ type: 'array', items: { $ref: getSchemaPath(ParticipantDto) } }, { type: 'object', additionalProperties: false }] })
  userData!: WireParticipant[] | Record<string, never>;
  /** Whether anybody has joined. */
  @ApiProperty({ type: Boolean }) status!: boolean;
  @ApiProperty({ enum: [200] }) statusCode!: 200;
  @ApiProperty({ enum: ['User Found!', 'No user found!'] }) message!: string;
}

/** The answer of a getRoomUser that failed. */
export class RoomUsersErrorDto extends ErrorDto {
  /** Always empty. */
  @ApiProperty({ type: 'array', items: { type: 'object' }, maxItems: 0 }) userData!: never[];
}

/** The answer of joinRoomByID. */
export class JoinedRoomDto {
  /** The room. */
  @ApiProperty({ type: RoomDto }) roomData!: WireRoom;
  /** Who joined, or had joined before. */
  @ApiProperty({ type: ParticipantDto }) RoomUser!: WireParticipant;
  /** `false` for somebody new, `true` for somebody who was in the room. */
  @ApiProperty({ type: Boolean }) status!: boolean;
  @ApiProperty({ enum: [200] }) statusCode!: 200;
  @ApiProperty({ enum: ['joined sucessfully!', 'already exist!'] }) message!: string;
}

/** The answer that shows these participants. */
export function toRoomUsers(view: View, participants: readonly Participant[]): RoomUsersDto {
  return participants.length === 0
    ? { userData: {}, status: false, statusCode: 200, message: 'No user found!' }
    : { userData: participants.map((one) => view.show(toWireParticipant(one))), status: true, statusCode: 200, message: 'User Found!' };
}

/** The answer of a join; `status` and the spelling are what older panels know. */
export function toJoinedRoom(view: View, { room, participant, isNew }: { room: Room; participant: Participant; isNew: boolean }): JoinedRoomDto {
  const message = isNew ? 'joined sucessfully!' : 'already exist!';
  return { roomData: view.show(toWireRoom(room)), RoomUser: view.show(toWireParticipant(participant)), status: !isNew, statusCode: 200, message };
}
