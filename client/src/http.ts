import createClient, { type Client } from 'openapi-fetch';

import { toBaseUrl } from './base-url.js';
import { AnteroomError, toAnswerError } from './errors.js';
import type { paths } from './generated/http.js';
import type { AnteroomOptions } from './options.js';

const TIMEOUT_MS = 10_000;

/** What goes along with every call. */
interface CallInit {
  readonly signal: AbortSignal;
  readonly headers: Record<string, string>;
}

interface Answer<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/** Makes a call of the documented paths and answers its data. @throws AnteroomError */
export type Ask = <T>(call: (api: Client<paths>, init: CallInit) => Promise<Answer<T>>) => Promise<T>;

/** Calls of the deployment behind this base URL. */
export function openHttp({ baseUrl, token, fetch, timeoutMs = TIMEOUT_MS }: AnteroomOptions): Ask {
  const api = createClient<paths>({ baseUrl: toBaseUrl(baseUrl).url, ...(fetch === undefined ? {} : { fetch }) });
  return async (call) => {
    const credential = typeof token === 'function' ? await token() : token;
    const headers: Record<string, string> = credential === undefined ? {} : { Authorization: `Bearer ${credential}` };
    const { data, error, response } = await inTime(timeoutMs, (signal) => call(api, { signal, headers }));
    if (!response.ok) throw toAnswerError(error, response);
    if (data === undefined) throw new AnteroomError('The answer is empty.', { code: 'ANSWER_UNREADABLE', status: response.status });
    return data;
  };
}

// Not `AbortSignal.timeout`, which React Native does not have. The answer's body is read within the time too.
async function inTime<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await call(controller.signal);
  } catch (cause) {
    if (controller.signal.aborted) throw new AnteroomError(`There was no answer within ${ms} ms.`, { code: 'TIMED_OUT', cause });
    // By name: the error may be of another realm, as under jest.
    if ((cause as Error | null)?.name === 'SyntaxError') throw new AnteroomError('The answer is no JSON.', { code: 'ANSWER_UNREADABLE', cause });
    throw new AnteroomError('The service was not reached.', { code: 'NO_ANSWER', cause });
  } finally {
    clearTimeout(timer);
  }
}
