/** What another server answered. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined unless the status is 200. */
  readonly json: unknown;
}

export interface BoundedFetch {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Bytes that an answer may have, unpacked. */
  readonly mostBytes: number;
}

/** What stands at the URL, redirects not followed. Rejects where the server is away, slow, answers more than it may, or with 200 no JSON; nothing that was sent or answered is in the error. */
export async function fetchBounded(url: string, { headers, timeoutMs, mostBytes }: BoundedFetch): Promise<Answer> {
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
  const { status } = response;
  if (status === 200) return { status, json: toJson(await textOf(response, mostBytes)) };
  await response.body?.cancel();
  return { status, json: undefined };
}

async function textOf({ body }: Response, mostBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

// What JSON.parse says of a text quotes it.
function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('the answer is no JSON');
  }
}
