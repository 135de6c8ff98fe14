// Line breaks and other control characters, and marks that show what follows in another order than it is stored in.
const UNSEEN = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const ONE_UNSEEN = new RegExp(`[${UNSEEN}]`);
const ALL_UNSEEN = new RegExp(ONE_UNSEEN, 'g');

/** A plain text, for documents and for class-validator's `Matches`. */
export const PLAIN_TEXT = new RegExp(`^[^${UNSEEN}]*$`);

/** What is said of a field that is not {@link PLAIN_TEXT}. */
export const NOT_PLAIN = 'must not have line breaks, control characters or marks that change the direction of writing';

/** True for a text that looks like what it is: nothing in it breaks a line, steers a terminal or changes the direction of writing. */
export function isPlainText(text: string): boolean {
  return !ONE_UNSEEN.test(text);
}

/** The text with a written-out code, such as `\u001b`, for each character that a plain text does not have. */
export function toPlainText(text: string): string {
  return text.replace(ALL_UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
