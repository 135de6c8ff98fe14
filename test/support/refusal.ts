/** The body of an error answer that names `named`, with the route's empty data key. */
export function refusal(statusCode: number, error: string, named = '', data: object = {}): object {
  return { status: false, statusCode, error, message: expect.stringContaining(named) as string, ...data };
}

/** The body of a list that was refused for a field. */
export function refusedList(named: string, error = 'VALIDATION_FAILED'): object {
  return refusal(400, error, named, { roomData: [] });
}
