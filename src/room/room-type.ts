const SYNONYMS = new Map([
  ['user_to_agent', 'agent_to_user'],
  ['user_to_vendor', 'vendor_to_user'],
]);

/** The canonical name of a room type: underscores for hyphens, and the order of words that rooms are stored under. */
export function toRoomType(text: string): string {
  const underscored = text.replaceAll('-', '_');
  return SYNONYMS.get(underscored) ?? underscored;
}
