import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiSecurity } from '@nestjs/swagger';

/** Documents what every call of a deployment can carry: the credential, and the headers that old callers send. */
export function ApiWireCall(): MethodDecorator {
  return applyDecorators(
    ApiSecurity('Authorization'),
    ApiHeader({ name: 'client', required: false, description: "The deployment's database name, from the driver app; a weak hint.", schema: { type: 'string', maxLength: 200 } }),
    ApiHeader({ name: 'language', required: false, description: 'Accepted, without effect.', schema: { type: 'string', example: '1' } }),
    ApiHeader({ name: 'code', required: false, description: 'Accepted, without effect.', schema: { type: 'string', example: '245bae' } }),
    ApiHeader({ name: 'currency', required: false, description: 'Accepted, without effect.', schema: { type: 'string', example: 'USD' } }),
  );
}
