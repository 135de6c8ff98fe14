/** What an error answer carries beside the error, so that callers that read a route's data key without looking find it empty. */
const EMPTY_DATA: readonly (readonly [route: RegExp, data: Readonly<Record<string, unknown>>])[] = [
  [/^\/api\/room(\/fetch.*|\/?)$/i, { roomData: [] }],
  [/^\/api\/chat\/getRoomUser\//i, { userData: [] }],
  [/^\/api\/chat\/sendMessageJoin/i, { chatData: {} }],
];

/** The empty data key of the route that `path` names, or nothing for a route without one. */
export function emptyDataOf(path: string): Readonly<Record<string, unknown>> {
  return EMPTY_DATA.find(([route]) => route.test(path))?.[1] ?? {};
}
