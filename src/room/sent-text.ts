/** Text of a field as it was sent: absent stays absent, null stays null. */
export type SentText = string | null;
