import { randomBytes } from 'node:crypto';

import { SignJWT } from 'jose';

import { THIS_SERVICE } from '../../src/audit/index.js';
import { toKeyHash } from '../../src/auth/index.js';
import { newId } from '../../src/mongo/index.js';
import { KEY_PREFIX, TenantDirectory, TenantRepository, type Admission, type ApiKey, type KeyRole, type Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from '../support/app.js';
import type { Deployment } from './deployments.js';
import type { OpaqueTokens } from './opaque-tokens.js';

/** Whom the matrix knows in a deployment. The others are people of the same deployment with rooms of their own; `anonymous` is whoever asks where it is open. */
export type Role = 'service' | 'reader' | 'admin' | 'agent' | 'user' | 'vendor' | 'other agent' | 'other user' | 'other vendor' | 'anonymous';

export interface Credential {
  readonly name: string;
  /** What stands in `Authorization`; null: nothing does. */
  readonly sent: string | null;
  /** Who it is; null: nobody may be let in by it. */
  readonly role: Role | null;
  /** Whether each field is asked by it. Where not, another one that is good or refused in the same way asks of each; this one makes the plain call. */
  readonly isThorough: boolean;
  /** Whether it asks without the path of its deployment too; what people of one deployment see then is the same for each of them. */
  readonly asksAlone: boolean;
}

/** A deployment's credentials: those that are good there, and those that are not. */
export interface Credentials {
  readonly good: readonly Credential[];
  readonly refused: readonly Credential[];
}

const AN_HOUR = 3_600_000;
/** A token of which nobody can say whether it is good. */
export const A_FAILING_LOOK_UP = 'a look-up that fails';

const PEOPLE: Readonly<Partial<Record<Role, Readonly<{ role: string; sub: string; vendor_ids: string[] }>>>> = {
  admin: { role: 'admin', sub: '5', vendor_ids: [] },
  agent: { role: 'agent', sub: '141', vendor_ids: [] },
  user: { role: 'user', sub: '1', vendor_ids: ['70'] },
  vendor: { role: 'vendor', sub: '900', vendor_ids: ['7'] },
  'other agent': { role: 'agent', sub: '242', vendor_ids: [] },
  'other user': { role: 'user', sub: '2', vendor_ids: ['80'] },
  'other vendor': { role: 'vendor', sub: '901', vendor_ids: ['8'] },
};

const THOROUGH: Readonly<Record<Admission, RegExp>> = {
  required: /^(?!other user|other vendor|a key with a wrong secret|an expired token|a look-up that fails|admin of )/,
  open: /^(service|no credential|an unknown token|a key with a wrong secret|(service|agent) of .*)$/,
};
const ALONE: Readonly<Record<Admission, RegExp>> = {
  required: /^(service|reader|agent|agent by look-up)$/,
  open: /^(service|no credential|an unknown token)$/,
};
/** Of another deployment's credentials. */
const TRIED = /^(service|admin|agent|agent by look-up)$/;

/** Issues each deployment's keys and tokens; the first's are tried at the others, and the second's at the first. Opaque ones only where somebody knows them. */
export async function issue(service: TestApp, deployments: readonly Deployment[], opaque: OpaqueTokens | null = null): Promise<Map<Deployment, Credentials>> {
  const own = new Map<Deployment, readonly Sent[]>();
  for (const deployment of deployments) own.set(deployment, await issueOwn(service, deployment, opaque));
  await service.app.get(TenantDirectory).refresh();
  return new Map(deployments.map((one) => [one, toCredentials(one, own, deployments.find((other) => other !== one))]));
}

/** A credential as it is issued; role null: it is not good, and as good as none where that is enough. */
type Sent = Pick<Credential, 'name' | 'sent' | 'role'>;

async function issueOwn({ app }: TestApp, deployment: Deployment, opaque: OpaqueTokens | null): Promise<readonly Sent[]> {
  const [service, reader, expired, revoked] = [newKey(deployment), newKey(deployment, 'reader'), newKey(deployment, 'service', new Date(Date.now() - AN_HOUR)), newKey(deployment)];
  const decide = (current: Tenant | null): Promise<Tenant> => {
    if (current === null) throw new Error('The deployment is gone');
    return Promise.resolve({ ...current, keys: [service.key, reader.key, expired.key] });
  };
  await app.get(TenantRepository).put(deployment.tenant.key, decide, THIS_SERVICE);
  const people = await Promise.all(Object.keys(PEOPLE).map(async (role) => toGood(role as Role, await tokenOf(deployment, role as Role))));
  return [
    toGood('service', service.sent),
    ...opaqueOnes(deployment, opaque),
    toGood('reader', reader.sent),
    ...people,
    toBad('no credential', null),
    toBad('a key with a wrong secret', service.sent.slice(0, -48) + '0'.repeat(48)),
    toBad('an unknown token', opaque?.unknown() ?? 'nonsense'),
    toBad('an expired key', expired.sent),
    toBad('a revoked key', revoked.sent),
    toBad('an expired token', await tokenOf(deployment, 'admin', { ends: -AN_HOUR })),
    ...(opaque === null ? [] : [toBad(A_FAILING_LOOK_UP, opaque.failing())]),
  ];
}

function opaqueOnes({ name }: Deployment, opaque: OpaqueTokens | null): readonly Sent[] {
  if (opaque === null) return [];
  return (['agent', 'vendor'] as const).map((role) => ({ ...toGood(role, opaque.issue(name, PEOPLE[role] ?? {})), name: `${role} by look-up` }));
}

function toCredentials(deployment: Deployment, all: ReadonlyMap<Deployment, readonly Sent[]>, other: Deployment | undefined): Credentials {
  const foreign = (other === undefined ? [] : (all.get(other) ?? [])).filter(({ name }) => TRIED.test(name)).map(({ name, sent }) => toBad(`${name} of ${String(other?.name)}`, sent));
  const { http } = deployment.tenant.auth;
  const judged = [...(all.get(deployment) ?? []), ...foreign].map((one) => ({
    ...one,
    role: one.role ?? (http === 'open' && !isOwnFormat(one.sent) ? 'anonymous' : null),
    isThorough: THOROUGH[http].test(one.name),
    asksAlone: ALONE[http].test(one.name),
  }));
  return { good: judged.filter(({ role }) => role !== null), refused: judged.filter(({ role }) => role === null) };
}

/** True for what is a key of this service or would be one: no panel has such a thing by chance. */
function isOwnFormat(sent: string | null): boolean {
  return sent?.startsWith(KEY_PREFIX) === true;
}

const toGood = (role: Role, sent: string): Sent => ({ name: role, sent, role });
const toBad = (name: string, sent: string | null): Sent => ({ name, sent, role: null });

function newKey({ tenant }: Deployment, role: KeyRole = 'service', expires: Date | null = null): { key: ApiKey; sent: string } {
  const id = randomBytes(6).toString('hex');
  const sent = `${KEY_PREFIX}${tenant.key}_${id}_${randomBytes(24).toString('hex')}`;
  return { sent, key: { id, role, hash: toKeyHash(sent), expires, note: null, created_date: new Date() } };
}

/** A token of the deployment's own for one of its people. */
function tokenOf({ tenant, secret }: Deployment, who: Role, { ends = AN_HOUR } = {}): Promise<string> {
  const { sub = '', ...claims } = PEOPLE[who] ?? {};
  return new SignJWT({ ...claims, tenant: tenant.key })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setJti(newId().toHexString())
    .setExpirationTime(new Date(Date.now() + ends))
    .sign(new TextEncoder().encode(secret));
}
