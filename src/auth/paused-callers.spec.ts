import { inspect } from 'node:util';

import { KEY_PREFIX, type Tenant, type TenantDirectory, type TenantRequest } from '../tenancy/index.js';
import { PausedCallers } from './paused-callers.js';

const tenant = { key: 'ace' } as Tenant;
const directory = { findByKey: () => tenant } as unknown as TenantDirectory;
const exceeded = { perSecond: 1, ms: 60_000 };
const callBy = (pathKey: string | undefined, authorization: string): TenantRequest => ({ pathKey, headers: { authorization }, socket: { remoteAddress: '203.0.113.7' } }) as unknown as TenantRequest;

describe('Paused callers', () => {
  it.each([
    ['an API key', undefined, `${KEY_PREFIX}ace_${'k'.repeat(32)}`],
    ['a token', 'ace', `token-${'t'.repeat(9_000)}`],
  ])('are known by %s again, of which nothing is kept', (_what, path, credential) => {
    const paused = new PausedCallers(directory);
    paused.note(callBy(path, credential), tenant, exceeded);
    expect(paused.find(callBy(path, `Bearer ${credential}`))).toMatchObject({ tenant, exceeded: { perSecond: 1 } });
    expect(paused.find(callBy(path, `${credential}x`))).toBeNull();
    expect(inspect(paused, { depth: 9, maxStringLength: null })).not.toContain(credential.slice(-20));
  });
});
