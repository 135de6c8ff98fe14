import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** Claims, right or wrong. */
export type Claims = Readonly<Record<string, unknown>>;

/** Seconds since 1970, `offset` seconds from now. */
export function seconds(offset = 0): number {
  return Math.floor(Date.now() / 1_000) + offset;
}

/** Agent 141's claims, good for ten minutes; a claim that is said as undefined is left out. */
export function claimsOf(claims: Claims = {}): JWTPayload {
  return { sub: '141', role: 'agent', iat: seconds(), exp: seconds(600), ...claims };
}

/** A token of agent 141, or with other claims, signed with the secret. */
export function signedWith(secret: string, claims: Claims = {}, algorithm = 'HS256'): Promise<string> {
  return new SignJWT(claimsOf(claims)).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(new TextEncoder().encode(secret));
}

/** An issuer's pair of keys. */
export interface Issuer {
  readonly publicKey: CryptoKey;
  /** As it is published. */
  readonly jwk: JWK;
  /** A token of agent 141, or with other claims, signed with the private key. */
  sign(claims?: Claims, header?: object): Promise<string>;
}

export async function anIssuer(kid: string, algorithm = 'RS256'): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
    sign: (claims, header) => new SignJWT(claimsOf(claims)).setProtectedHeader({ alg: algorithm, kid, ...header }).sign(privateKey),
  };
}

/** Header and claims as a token has them, with any signature. */
export function forged(header: object, claims: Claims = {}, signature = ''): string {
  return `${encoded(header)}.${encoded(claimsOf(claims))}.${signature}`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
