import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { CallerRequest } from './admission.middleware.js';
import type { Caller } from './caller.js';

/** Who is calling, for a controller's second parameter. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CallerRequest>();
  if (caller === undefined) throw new Error('The route is not behind the admission middleware; see app.module.ts');
  return caller;
});
