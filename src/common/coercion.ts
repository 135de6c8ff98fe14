/** Longest text that a matched field or a hint may be, in characters. */
export const MATCH_TEXT_LIMIT = 200;

// Half of a pair, such as an app makes that cuts a text in the middle of an emoji.
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Old callers send ids as numbers or text: scalars become text, null and absent stay, anything else stays to be refused.
 * Text is as it will be stored and found again: what UTF-8 cannot write becomes U+FFFD here and not on the way to MongoDB.
 */
export function toText(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(LONE_SURROGATE, '\ufffd');
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : value;
}

/** True for what old callers send in place of a value: null, nothing, `undefined` and `null` as text. */
export function isEmptyLike(value: string | null | undefined): value is '' | null | undefined {
  return value === undefined || value === null || value === '' || value === 'undefined' || value === 'null';
}

/** For a field that may be left out: old clients send null or the empty text for what they leave out. */
export function blankToUndefined({ value }: { readonly value: unknown }): unknown {
  return value === null || value === '' ? undefined : value;
}

/** True for null, absent and the empty text. */
export function isBlank(value: string | null | undefined): value is '' | null | undefined {
  return value === undefined || value === null || value === '';
}
