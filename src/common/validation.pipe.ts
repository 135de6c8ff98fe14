import { ValidationPipe, type ArgumentMetadata, type PipeTransform, type ValidationError } from '@nestjs/common';

import { refusesUnknownFields } from './refuse-unknown-fields.decorator.js';
import { ValidationFailedError } from './request.errors.js';

/** Turns input into its DTO: scalars coerced, unknown fields dropped or refused, every fault named in one `VALIDATION_FAILED`. */
export class DtoPipe implements PipeTransform {
  private readonly lenient = createPipe(false);
  private readonly strict = createPipe(true);

  transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return (refusesUnknownFields(metadata.metatype) ? this.strict : this.lenient).transform(value, metadata) as Promise<unknown>;
  }
}

function createPipe(forbidNonWhitelisted: boolean): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    // QueryOrBody is a parameter decorator of ours.
    validateCustomDecorators: true,
    whitelist: true,
    forbidNonWhitelisted,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (faults) => new ValidationFailedError(`${toSentences(faults).join('; ')}.`),
  });
}

function toSentences(faults: readonly ValidationError[]): string[] {
  return faults.flatMap((fault) => [...Object.values(fault.constraints ?? {}), ...toSentences(fault.children ?? [])]);
}
