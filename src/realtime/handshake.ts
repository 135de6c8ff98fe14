import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request } from 'express';
import type { Socket } from 'socket.io';

import { checkAdmission } from '../auth/index.js';
import { TenantDirectory, TenantResolver, TenantSuspendedError, toTenantHints, type Tenant } from '../tenancy/index.js';

// Callers put namespaces together from a base URL, which may end in a slash or double one; more forms would be more namespaces of one tenant.
const NAMESPACE = /^\/{1,2}t\/{1,2}([a-z0-9-]{1,40})\/{0,2}$/;

/** Which tenant a socket is for, and whether it is let in. */
@Injectable()
export class Handshake {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly directory: TenantDirectory,
    private readonly resolver: TenantResolver,
  ) {}

  /** True for `/t/<key>` of a registered tenant. @throws DatabaseUnavailableError while the directory was never read */
  isNamespace(name: string): boolean {
    const key = toKey(name);
    return key !== null && this.directory.findByKey(key) !== null;
  }

  /**
   * The tenant that a socket hears: its namespace's; in the default one that of the handshake's host, or `DEFAULT_TENANT`.
   * @throws TenantRequiredError, TenantUnknownError, TenantSuspendedError, CredentialRefusedError, DatabaseUnavailableError
   */
  admit({ nsp, request }: Socket): Tenant {
    const call = this.toCall(request);
    const path = toKey(nsp.name);
    const tenant = this.resolver.resolve(toTenantHints({ path, body: null, query: null, client: null, host: call.hostname }));
    if (tenant.status === 'suspended') throw new TenantSuspendedError();
    checkAdmission(tenant, 'sockets', call);
    return tenant;
  }

  // With Express' own request behind it, a handshake's host and address are found as those of any other call.
  private toCall(request: Socket['request']): Request {
    const express = this.adapterHost.httpAdapter.getInstance<{ readonly request: Request }>();
    return Object.setPrototypeOf(request, express.request) as Request;
  }
}

function toKey(name: string): string | null {
  return NAMESPACE.exec(name)?.[1] ?? null;
}
