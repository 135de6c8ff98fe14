/** A recorded call and what it was answered; ids and dates are placeholders, see `placeholders.ts`. */
export interface WireCase {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as `application/x-www-form-urlencoded`, as it stands here. */
  readonly form?: string;
  readonly status: number;
  readonly answer: unknown;
  /** What every socket of the deployment hears of it, the sender's too. */
  readonly broadcasts: readonly Broadcast[];
}

export interface Broadcast {
  readonly event: string;
  readonly payload: unknown;
}

type Call = Pick<WireCase, 'name' | 'path'> & Partial<Pick<WireCase, 'headers' | 'body' | 'form' | 'broadcasts'>>;

/** A POST that succeeded. */
export const post = (call: Call, answer: unknown): WireCase => ({ method: 'POST', status: 200, broadcasts: [], ...call, answer });

/** A GET that succeeded. */
export const get = (call: Call, answer: unknown): WireCase => ({ method: 'GET', status: 200, broadcasts: [], ...call, answer });

/** A PUT that succeeded. */
export const put = (call: Call, answer: unknown): WireCase => ({ method: 'PUT', status: 200, broadcasts: [], ...call, answer });

/** The same call where it is refused; `emptyData` is the route's data key. */
export const refused = (call: WireCase, [status, error]: readonly [number, string], emptyData: object = {}, message = '<text>'): WireCase => ({
  ...call,
  status,
  answer: { status: false, statusCode: status, error, message, ...emptyData },
});

export const INVALID = [400, 'VALIDATION_FAILED'] as const;
export const NO_ROOM = [404, 'ROOM_NOT_FOUND'] as const;
