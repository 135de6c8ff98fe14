import { randomBytes } from 'node:crypto';

import { SignJWT } from 'jose';

import { THIS_SERVICE } from '../../src/audit/index.js';
import { toKeyHash } from '../../src/auth/index.js';
import { newId } from '../../src/mongo/index.js';
import { TenantDirectory, TenantRepository, type ApiKey, type KeyRole, type Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from '../support/app.js';
import type { Deployment } from './deployments.js';

/** Whom the matrix knows in a deployment. The others are people of the same deployment with rooms of their own. */
export const ROLES = ['service', 'reader', 'admin', 'agent', 'user', 'vendor', 'other agent', 'other user', 'other vendor'] as const;
export type Role = (typeof ROLES)[number];

export interface Credential {
  readonly name: string;
  /** What stands in `Authorization`; null: nothing does. */
  readonly sent: string | null;
  /** Who it is; null: nobody may be let in by it. */
  readonly role: Role | null;
}

/** A deployment's credentials: those that are good there, and those that are not. */
export interface Credentials {
  readonly good: readonly Credential[];
  readonly refused: readonly Credential[];
}

const AN_HOUR = 3_600_000;

const PEOPLE: Readonly<Partial<Record<Role, Readonly<{ role: string; sub: string; vendor_ids: string[] }>>>> = {
  admin: { role: 'admin', sub: '5', vendor_ids: [] },
  agent: { role: 'agent', sub: '141', vendor_ids: [] },
  user: { role: 'user', sub: '1', vendor_ids: ['70'] },
  vendor: { role: 'vendor', sub: '900', vendor_ids: ['7'] },
  'other agent': { role: 'agent', sub: '242', vendor_ids: [] },
  'other user': { role: 'user', sub: '2', vendor_ids: ['80'] },
  'other vendor': { role: 'vendor', sub: '901', vendor_ids: ['8'] },
};

/** Issues each deployment's keys and tokens; to each the others' are foreign. */
export async function issue(service: TestApp, deployments: readonly Deployment[]): Promise<Map<Deployment, Credentials>> {
  const issued = new Map<Deployment, Issued>();
  for (const deployment of deployments) issued.set(deployment, await issueOwn(service, deployment));
  await service.app.get(TenantDirectory).refresh();
  return new Map(deployments.map((one) => [one, toCredentials(one, issued)]));
}

interface Issued {
  readonly good: readonly Credential[];
  readonly bad: readonly Credential[];
}

async function issueOwn({ app }: TestApp, deployment: Deployment): Promise<Issued> {
  const [service, reader, expired, revoked] = [newKey(deployment), newKey(deployment, 'reader'), newKey(deployment, 'service', new Date(Date.now() - AN_HOUR)), newKey(deployment)];
  const decide = (current: Tenant | null): Promise<Tenant> => {
    if (current === null) throw new Error('The deployment is gone');
    return Promise.resolve({ ...current, keys: [service.key, reader.key, expired.key] });
  };
  await app.get(TenantRepository).put(deployment.tenant.key, decide, THIS_SERVICE);
  const people = await Promise.all(Object.keys(PEOPLE).map(async (role) => good(role as Role, await tokenOf(deployment, role as Role))));
  const bad = [
    refused('no credential', null),
    refused('nonsense', 'nonsense'),
    refused('a key with a wrong secret', service.sent.slice(0, -48) + '0'.repeat(48)),
    refused('an expired key', expired.sent),
    refused('a revoked key', revoked.sent),
    refused('an expired token', await tokenOf(deployment, 'admin', { ends: -AN_HOUR })),
  ];
  return { good: [good('service', service.sent), good('reader', reader.sent), ...people], bad };
}

function toCredentials(deployment: Deployment, all: ReadonlyMap<Deployment, Issued>): Credentials {
  const foreign = [...all].filter(([one]) => one !== deployment).flatMap(([one, { good: theirs }]) => theirs.map(({ role, sent }) => refused(`${String(role)} of ${one.name}`, sent)));
  const { good: mine = [], bad = [] } = all.get(deployment) ?? {};
  return { good: mine, refused: [...bad, ...foreign.filter(({ name }) => /^(service|admin|agent) /.test(name))] };
}

const good = (role: Role, sent: string): Credential => ({ name: role, sent, role });
const refused = (name: string, sent: string | null): Credential => ({ name, sent, role: null });

function newKey({ tenant }: Deployment, role: KeyRole = 'service', expires: Date | null = null): { key: ApiKey; sent: string } {
  const id = randomBytes(6).toString('hex');
  const sent = `anteroom_key_${tenant.key}_${id}_${randomBytes(24).toString('hex')}`;
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
