import { Inject, Injectable, Logger } from '@nestjs/common';

import { TenantAdminService } from '../admin/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { DemoDataService } from './demo-data.service.js';

const THIS_MACHINE = ['127.0.0.0/8', '::1/128'];

/** Puts the two demo deployments into an empty control database, so that a newcomer's first call has an answer. */
@Injectable()
export class DemoService {
  private readonly logger = new Logger('demo');

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly admin: TenantAdminService,
    private readonly data: DemoDataService,
  ) {}

  /** Does it once, where `DEMO` is on and there is no tenant yet; says whether the demo deployments are there. */
  async fillIfEmpty(): Promise<boolean> {
    if (!this.config.demo) return false;
    const tenants = await this.admin.findAll();
    if (tenants.length > 0) return tenants.some(({ key }) => key === 'ace');
    await this.data.fillAce(await this.admin.put('ace', { names: ['ace'], open_from: THIS_MACHINE }));
    await this.data.fillSalesdemo(await this.admin.put('salesdemo', { names: ['salesdemo'], open_from: THIS_MACHINE }));
    this.logger.log('made the demo deployments ace and salesdemo, open to this machine only');
    return true;
  }
}
