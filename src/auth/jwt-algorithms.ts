import type { JwtSettings } from '../tenancy/index.js';

/** Algorithms of tokens that are signed with a shared secret. */
export const SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];

/** Algorithms of tokens that are signed with a private key, whose public one is published. */
export const KEY_ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What tokens are checked with: a secret or published keys. */
export type KeySource = Pick<JwtSettings, 'secret'>;

/** The algorithms that the source's kind of key has; none of another kind is ever tried with it. */
export function algorithmsOf({ secret }: KeySource): readonly string[] {
  return secret === null ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
}

/** The algorithms of a source of which nothing was said. */
export function defaultAlgorithms({ secret }: KeySource): readonly string[] {
  return secret === null ? ['RS256', 'ES256'] : ['HS256'];
}
