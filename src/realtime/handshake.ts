import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request } from 'express';
import type { Socket } from 'socket.io';

import { RefusedCalls } from '../audit/index.js';
import { Authenticator, type Caller } from '../auth/index.js';
import { AppError, sentCredential } from '../common/index.js';
import { TenantDirectory, TenantResolver, TenantSuspendedError, toTenantHints, type Tenant } from '../tenancy/index.js';
import type { Seat } from './seat.js';

// Callers put namespaces together from a base URL, which may end in a slash or double one; more forms would be more namespaces of one tenant.
const NAMESPACE = /^\/{1,2}t\/{1,2}([a-z0-9-]{1,40})\/{0,2}$/;

/** Which tenant a socket is for, and whether it is let in. */
@Injectable()
export class Handshake {
  private readonly counted = new WeakSet<Socket>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly directory: TenantDirectory,
    private readonly resolver: TenantResolver,
    private readonly authenticator: Authenticator,
    private readonly refused: RefusedCalls,
  ) {}

  /** True for `/t/<key>` of a registered tenant. @throws DatabaseUnavailableError while the directory was never read */
  isNamespace(name: string): boolean {
    const key = toKey(name);
    return key !== null && this.directory.findByKey(key) !== null;
  }

  /**
   * The tenant that a socket hears – its namespace's; in the default one that of the handshake's host or API key, or `DEFAULT_TENANT` – and who it is there.
   * @throws TenantRequiredError, TenantUnknownError, TenantSuspendedError, CredentialRefusedError, DatabaseUnavailableError
   */
  async admit(socket: Socket): Promise<Seat> {
    const { nsp, request, handshake } = socket;
    const call = this.toCall(request);
    const credential = toCredential(handshake);
    const tenant = this.resolver.resolve(toTenantHints({ path: toKey(nsp.name), body: null, query: null, client: null, host: call.hostname, credential }));
    const caller = await this.callerOf(socket, tenant, call, credential);
    // While a token was looked up the tenant may have changed, and nobody looks at a socket that is not in yet.
    return this.directory.findByKey(tenant.key) === tenant ? { tenant, caller } : this.admit(socket);
  }

  /** With Express' own request behind it, a handshake's host and address are found as those of any other call. */
  toCall(request: Socket['request']): Request {
    const express = this.adapterHost.httpAdapter.getInstance<{ readonly request: Request }>();
    return Object.setPrototypeOf(request, express.request) as Request;
  }

  private async callerOf(socket: Socket, tenant: Tenant, call: Request, credential: string | null): Promise<Caller> {
    try {
      if (tenant.status === 'suspended') throw new TenantSuspendedError();
      return await this.authenticator.authenticate(tenant, 'sockets', call, credential);
    } catch (error) {
      this.count(socket, tenant, error);
      throw error;
    }
  }

  // A socket is looked at again with each event and each change of the directory; it is refused once.
  private count(socket: Socket, { key }: Tenant, error: unknown): void {
    if (!(error instanceof AppError) || this.counted.has(socket)) return;
    this.counted.add(socket);
    this.refused.count(key, error);
  }
}

// Clients of engine.io 4 send `auth`; others can only set a header, browsers not even that.
function toCredential({ auth, headers }: Socket['handshake']): string | null {
  const { token } = auth as { readonly token?: unknown };
  return sentCredential(typeof token === 'string' ? token : headers.authorization);
}

function toKey(name: string): string | null {
  return NAMESPACE.exec(name)?.[1] ?? null;
}

/** The handshake of an admitted socket, as the call that admission made of it. */
export function toRequest({ request }: Socket): Request {
  return request as Request;
}
