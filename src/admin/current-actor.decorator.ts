import { isIP } from 'node:net';

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import type { Actor } from '../audit/index.js';

/** Who is using the admin API, for its records. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { ip = '', socket } = context.switchToHttp().getRequest<Request>();
  // What a trusted proxy forwards may be no address at all.
  return { by: 'admin API', from: isIP(ip) === 0 ? (socket.remoteAddress ?? null) : ip };
});
