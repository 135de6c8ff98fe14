import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

import { isPlainText, MATCH_TEXT_LIMIT, NOT_PLAIN, PLAIN_TEXT, toText } from '../../common/index.js';
import { ClientListDto } from './panel-list.dto.js';

const MOST_VENDORS = 5_000;
const VENDOR = { type: 'string', maxLength: MATCH_TEXT_LIMIT, pattern: PLAIN_TEXT.source } as const;

/** Whose rooms are asked for: shops of a deployment, by room type. */
export class FetchRoomByVendorDto extends ClientListDto {
  /** The shops: a list of texts or numbers; a lone value counts as a list of one. */
  @ApiProperty({
    oneOf: [{ type: 'array', maxItems: MOST_VENDORS, items: { oneOf: [{ ...VENDOR, nullable: true }, { type: 'number' }] } }, VENDOR, { type: 'number' }],
    example: ['3', '4'],
  })
  @Transform(({ value }) => toTexts(value))
  @ValidateBy({ name: 'vendors', validator: { validate: (value) => toFault(value) === null, defaultMessage: (args) => toFault(args?.value) ?? '' } })
  vendor_id!: (string | null)[];
}

function toFault(value: unknown): string | null {
  if (!Array.isArray(value)) return 'vendor_id is required: a list of texts or numbers';
  if (value.length > MOST_VENDORS) return `vendor_id must not have more than ${MOST_VENDORS} elements`;
  if (!value.every(isVendor)) return `each of vendor_id must be a text or a number of up to ${MATCH_TEXT_LIMIT} characters`;
  return value.every((vendor) => isPlainText(vendor ?? '')) ? null : `each of vendor_id ${NOT_PLAIN}`;
}

function isVendor(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= MATCH_TEXT_LIMIT);
}

function toTexts(value: unknown): unknown {
  if (value === undefined) return value;
  const list = toList(value);
  return Array.isArray(list) ? (list as unknown[]).map(toText) : list;
}

function toList(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return [value];
  return hasGaps(value) ? Object.values(value) : value;
}

// PHP writes a list that has lost elements, and a form a high place such as vendor_id[700], as an object of places.
function hasGaps(value: object): boolean {
  const places = Object.keys(value);
  return places.length > 0 && places.every((place) => /^\d+$/.test(place));
}
