import { isPlainText, PLAIN_TEXT, toPlainText } from './plain-text.js';

const UNSEEN = ['\u0000', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u009b', '\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069'];

describe('A plain text', () => {
  it.each(UNSEEN.map((one) => [one.charCodeAt(0).toString(16), one] as const))('has no character %s', (_code, one) => {
    expect(isPlainText(`a${one}b`)).toBe(false);
    expect(PLAIN_TEXT.test(`a${one}b`)).toBe(false);
    expect(toPlainText(`a${one}${one}b`)).toMatch(/^a(\\u[0-9a-f]{4}){2}b$/);
  });

  it.each(['', '+null 0000000000', 'Ünïcödé', 'مرحبا', 'שלום', '👩‍👩‍👧', 'می‌خواهم', '\u200e12 د.إ.\u200f', '{"$ne":1}', '\ufffd'])('may be %j', (text) => {
    expect(isPlainText(text)).toBe(true);
    expect(PLAIN_TEXT.test(text)).toBe(true);
    expect(toPlainText(text)).toBe(text);
  });
});
