const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// Addresses are used as addresses too, where an entity would change them.
const ADDRESSES: ReadonlySet<string> = new Set(['mediaUrl', 'thumbnailUrl', 'display_image']);

/** The document with all its text such that HTML shows it as text; ids, dates and numbers stay. */
export function escapeTexts<T extends object>(document: T): T {
  return Object.fromEntries(Object.entries(document).map(([field, value]) => [field, typeof value === 'string' ? escapeText(field, value) : (value as unknown)])) as T;
}

function escapeText(field: string, text: string): string {
  if (ADDRESSES.has(field)) return text.replace(/[<>"']/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return text.replace(/[&<>"']/g, (one) => MARKUP[one] ?? one);
}
