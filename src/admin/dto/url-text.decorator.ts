import { applyDecorators } from '@nestjs/common';
import { ValidateBy, type ValidationArguments } from 'class-validator';

const MOST_CHARACTERS = 2_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

// Stands for a query where an address is answered.
const HIDDEN = '?***';

/** The address without its query, which may be a secret. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*/s, HIDDEN);
}

/** The address of a server that this service asks: http or https, without a user or password in it, and not as {@link withoutQuery} answers it. `secured`: http on this machine only. */
export function UrlText({ secured = false } = {}): PropertyDecorator {
  const schemes = secured ? 'https, or http on this machine' : 'http or https';
  return applyDecorators(
    ValidateBy({
      name: 'url',
      validator: {
        validate: (value) => typeof value === 'string' && value.length <= MOST_CHARACTERS && isAddress(value, secured),
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? ''} must be an address (${schemes}) without user and password, with its own query and not ${HIDDEN}, of up to ${MOST_CHARACTERS} characters`,
      },
    }),
  );
}

function isAddress(text: string, secured: boolean): boolean {
  if (/\s/.test(text) || text.endsWith(HIDDEN) || !URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && (!secured || LOOPBACK.test(hostname)));
}
