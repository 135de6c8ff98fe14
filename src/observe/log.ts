import { Writable } from 'node:stream';

import type { LoggerService } from '@nestjs/common';
import { pino, type LogDescriptor, type Logger, type LoggerOptions } from 'pino';
import { PinoPretty } from 'pino-pretty';

import { toPlainText } from '../common/index.js';
import type { Config } from '../config/index.js';
import { StandardOutput } from './standard-output.js';

// What JSON leaves as it is inside its texts, though it breaks lines, steers terminals or turns the direction of writing.
const LEFT_BY_JSON = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
const streamWrite = (line: string): string => line.replace(LEFT_BY_JSON, (one) => `\\${toPlainText(one)}`);

const WARNING = 40;

/**
 * The service's log: one JSON object a line on standard output, or readable lines where that is a terminal. Whatever text is in it, it makes no
 * line of its own. Readable lines, and JSON from a warning upwards, are written at once, else within a tenth of a second and when the process ends.
 */
export function createLog({ level, format }: Config['log'], destination?: Writable): Logger {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, errorKey: 'err', hooks: { streamWrite } };
  if (!pretty) return destination === undefined ? toStandardOutput(options) : pino(options, destination);
  const messageFormat = ({ msg }: LogDescriptor): string => toPlainText(String(msg ?? ''));
  return pino(options, PinoPretty({ ignore: 'context', messageFormat, singleLine: true, destination: destination ?? lineByLine(new StandardOutput()) }));
}

function toStandardOutput(options: LoggerOptions): Logger {
  const output = new StandardOutput();
  const logMethod: LoggerOptions['hooks'] = {
    logMethod(said, write, level) {
      write.apply(this, said);
      if (level >= WARNING) output.flush();
    },
  };
  return pino({ ...options, hooks: { ...options.hooks, ...logMethod } }, output);
}

function lineByLine(output: StandardOutput): Writable {
  return new Writable({
    write(line, _encoding, done) {
      output.write(String(line));
      output.flush();
      done();
    },
  });
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
