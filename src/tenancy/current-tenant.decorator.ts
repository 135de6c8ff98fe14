import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { TenantRequest } from './tenancy.middleware.js';
import type { Tenant } from './tenant.js';

/** The tenant of this request, for a controller's first parameter. */
export const CurrentTenant = createParamDecorator((_: unknown, context: ExecutionContext): Tenant => {
  const { tenant } = context.switchToHttp().getRequest<TenantRequest>();
  if (tenant === undefined) throw new Error('The route is not behind the tenancy middleware; see app.module.ts');
  return tenant;
});
