import { ValidationPipe, type ArgumentMetadata, type PipeTransform, type ValidationError } from '@nestjs/common';

import { toPlainText } from './plain-text.js';
import { refusesUnknownFields } from './refuse-unknown-fields.decorator.js';
import { ValidationFailedError } from './request.errors.js';

// A body can have thousands of unknown fields, of any name; the answer repeats them.
const MOST_FAULTS = 20;
const LONGEST_FAULT = 500;

/** Turns input into its DTO: scalars coerced, unknown fields dropped or refused, every fault named in one `VALIDATION_FAILED`. */
export class DtoPipe implements PipeTransform {
  private readonly lenient = createPipe(false);
  private readonly strict = createPipe(true);

  transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isStrict = refusesUnknownFields(metadata.metatype);
    if (isStrict) checkKeys(value);
    return (isStrict ? this.strict : this.lenient).transform(value, metadata) as Promise<unknown>;
  }
}

// These are dropped, wherever they stand, before unknown fields are looked for.
const PROTOTYPES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function checkKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (PROTOTYPES.has(key)) throw new ValidationFailedError(`property ${key} should not exist.`);
    checkKeys(inner);
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
    exceptionFactory: (faults) => new ValidationFailedError(`${toSentences(faults).slice(0, MOST_FAULTS).map(toLine).join('; ')}.`),
  });
}

function toLine(sentence: string): string {
  return toPlainText(sentence.slice(0, LONGEST_FAULT));
}

function toSentences(faults: readonly ValidationError[]): string[] {
  return faults.flatMap((fault) => [...Object.values(fault.constraints ?? {}), ...toSentences(fault.children ?? [])]);
}
