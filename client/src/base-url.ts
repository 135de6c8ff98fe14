/** Where a deployment is found: calls go to `url`, sockets to `namespace` on `origin`. */
export interface BaseUrl {
  readonly origin: string;
  readonly namespace: string;
  readonly url: string;
}

// Not `URL`: what React Native has under that name knows no parts.
const BASE = /^(https?:\/\/[^/?#\s@]+)((?:\/[^?#\s]*)?)$/i;

/** Reads a deployment's base URL; slashes too many, within or at its end, do no harm. @throws TypeError */
export function toBaseUrl(text: string): BaseUrl {
  const [, origin, path = ''] = BASE.exec(text.trim()) ?? [];
  if (origin === undefined) throw new TypeError('baseUrl must be an http or https address such as https://chat.example.com/t/acme');
  const namespace = `/${path.split('/').filter(Boolean).join('/')}`;
  return { origin, namespace, url: namespace === '/' ? origin : `${origin}${namespace}` };
}
