import { ApiProperty } from '@nestjs/swagger';

import type { View } from '../../auth/index.js';
import { Integer, OptionalText, Text } from '../../common/index.js';
import { toWireLocation, type Location, type LocationFields } from '../location.js';

const DATE = { type: String, format: 'date-time' } as const;

/** Whose location on which order. */
export class LocationOfDto {
  /** The agent. */
  @Integer({ example: 141 }) agent_id!: number;
  /** The order. */
  @Integer({ example: 10 }) order_id!: number;
}

/** Where an agent is. */
export class SaveLocationDto extends LocationOfDto {
  /** Latitude, as text. */
  @Text({ filled: true, example: '1.2' }) lat!: string;
  /** Longitude, as text. */
  @Text({ filled: true, example: '3.4' }) lng!: string;
  /** A code of the deployment, as its app sends it; empty when it is left out. */
  @OptionalText({ example: '' }) short_code?: string | null;
  /** `running` unless said otherwise. */
  @OptionalText({ example: 'running' }) status?: string | null;
}

/** A location. */
export class LocationDto {
  @ApiProperty({ type: String, nullable: true, example: '' }) short_code!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'running' }) status!: string | null;
  @ApiProperty({ type: String, pattern: '^[0-9a-f]{24}$' }) _id!: string;
  @ApiProperty({ type: 'integer' }) agent_id!: number;
  @ApiProperty({ type: String, example: '1.2' }) lat!: string;
  @ApiProperty({ type: String, example: '3.4' }) lng!: string;
  @ApiProperty({ type: 'integer' }) order_id!: number;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty(DATE) updated_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
}

/** The answer that shows a location. */
export class LocationAnswerDto {
  @ApiProperty({ type: LocationDto }) data!: Location;
  @ApiProperty({ enum: [true] }) status!: true;
  @ApiProperty({ enum: [200] }) statusCode!: 200;
  @ApiProperty({ enum: ['Location saved successfully', 'Latest data read successfully'] }) message!: string;
}

/** The location to store. */
export function toLocationFields({ agent_id, order_id, lat, lng, short_code = '', status = 'running' }: SaveLocationDto): LocationFields {
  return { agent_id, order_id, lat, lng, short_code, status };
}

/** The answer that shows this location. */
export function toLocationAnswer(view: View, location: Location, message: LocationAnswerDto['message']): LocationAnswerDto {
  return { data: view.show(toWireLocation(location)), status: true, statusCode: 200, message };
}
