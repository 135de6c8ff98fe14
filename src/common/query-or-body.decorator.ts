import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** The fields of query and body together, for a GET that old callers send with a body; the query wins. */
export const QueryOrBody = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const { body, query } = context.switchToHttp().getRequest<Request<unknown, unknown, object | undefined>>();
  return { ...body, ...query };
});
