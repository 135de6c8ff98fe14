import { Inject, Injectable } from '@nestjs/common';

import { CONFIG, type Config } from '../config/index.js';
import { TenantMismatchError, TenantRequiredError, TenantUnknownError } from './tenancy.errors.js';
import { TenantDirectory } from './tenant-directory.js';
import type { TenantHints } from './tenant-hints.js';
import type { Tenant } from './tenant.js';

/** Decides which tenant a call is for. */
@Injectable()
export class TenantResolver {
  constructor(
    private readonly directory: TenantDirectory,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One registered strong hint decides, an API key only where none of the others is registered; without strong hints the first registered weak one; then `DEFAULT_TENANT`.
   * @throws TenantMismatchError, TenantUnknownError, TenantRequiredError, DatabaseUnavailableError (directory not read yet)
   */
  resolve(hints: TenantHints): Tenant {
    return this.byStrong(hints.strong) ?? this.byWeak(hints.weak) ?? this.byDefault();
  }

  private byStrong({ path, names, key }: TenantHints['strong']): Tenant | null {
    if (path === null && names.length === 0 && key === null) return null;
    const byPath = path === null ? null : this.directory.findByKey(path);
    const found = [byPath, ...names.map((name) => this.directory.findByName(name))].filter((tenant) => tenant !== null);
    const [first = key === null ? null : this.directory.findByKey(key), ...others] = found;
    if (first === null) throw new TenantUnknownError();
    if (others.some((other) => other.key !== first.key)) throw new TenantMismatchError();
    return first;
  }

  private byWeak({ client, hosts }: TenantHints['weak']): Tenant | null {
    const byClient = client === null ? null : this.directory.findByName(client);
    if (byClient !== null) return byClient;
    for (const host of hosts) {
      const byHost = this.directory.findBySubDomain(host);
      if (byHost !== null) return byHost;
    }
    return null;
  }

  private byDefault(): Tenant {
    const byDefault = this.config.defaultTenant === null ? null : this.directory.findByKey(this.config.defaultTenant);
    if (byDefault === null) throw new TenantRequiredError();
    return byDefault;
  }
}
