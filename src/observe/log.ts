import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

import type { Config } from '../config/index.js';

/** The service's log: one JSON object a line on standard output, or readable lines where that is a terminal. */
export function createLog({ level, format }: Config['log']): Logger {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, errorKey: 'err' };
  return pretty
    ? pino(options, PinoPretty({ ignore: 'context', messageFormat: '{msg}', singleLine: true, sync: true }))
    : pino(options, pino.destination({ fd: 1, sync: true }));
}

// What Nest says of itself at each start: thirty lines that nobody asked for.
const FRAMEWORK = new Set<unknown>(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's own and this service's loggers, written through {@link createLog}'s. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly sink: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    // Where it cannot listen, main.ts says so in a sentence.
    this.write(rest.at(-1) === 'NestApplication' ? 'debug' : 'error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  // Nest passes the context last; before it stands the sentence beside an object of ours, or the stack of an error of its own.
  private write(level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', message: unknown, rest: unknown[]): void {
    const [context, beside] = [rest.at(-1), rest.at(-2)];
    if (message instanceof Error) this.sink[level]({ context, err: message });
    else if (typeof message === 'object' && message !== null) this.sink[level]({ context, ...message }, beside as string | undefined);
    else this.sink[level]({ context, ...(beside === undefined ? {} : { stack: beside }) }, String(message));
  }
}
