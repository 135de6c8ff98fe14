import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { Logger } from '@nestjs/common';
import { pino } from 'pino';

import { createLog, PinoLoggerService } from './log.js';

describe('PinoLoggerService', () => {
  const lines: Record<string, unknown>[] = [];
  const sink = pino({ base: null, errorKey: 'err' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const logger = new Logger('tenancy');

  beforeAll(() => Logger.overrideLogger(new PinoLoggerService(sink)));
  afterAll(() => Logger.overrideLogger(false));
  beforeEach(() => (lines.length = 0));

  it('writes a sentence with its context', () => {
    logger.log('the directory is readable again');
    expect(lines).toEqual([expect.objectContaining({ level: 30, context: 'tenancy', msg: 'the directory is readable again' })]);
  });

  it('writes the sentence that stands beside facts', () => {
    logger.warn({ cluster: 'default', err: new Error('away') }, 'cannot connect yet');
    expect(lines[0]).toMatchObject({ level: 40, context: 'tenancy', cluster: 'default', msg: 'cannot connect yet', err: { message: 'away' } });
  });

  it('writes an error with what is inside it, and a stack where there is one', () => {
    logger.error(new Error('broken'));
    logger.error('broken', 'at somewhere');
    expect(lines[0]).toMatchObject({ level: 50, context: 'tenancy', err: { message: 'broken' } });
    expect(lines[1]).toMatchObject({ context: 'tenancy', msg: 'broken', stack: 'at somewhere' });
  });
});

describe('The log', () => {
  const text = 'a\n{"level":60}\r\u001b[2J\u0000\u007f\u009b\u2028\u2029\u202e\u2066b';

  it.each(['json', 'pretty'] as const)('has one line for what is said, whatever is in it, as %s', async (format) => {
    const destination = new PassThrough({ encoding: 'utf8' });
    const log = createLog({ level: 'info', format }, destination);
    const said = [() => log.info(text), () => log.info({ tenant: text }, text), () => log.error({ err: Object.assign(new Error(text), { stack: text }) })];
    for (const say of said) {
      say();
      const [line] = (await once(destination, 'data')) as [string];
      const [first, ...others] = line.trimEnd().split(/\r\n|[\n\r\u2028\u2029]/);
      expect(line.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202e\u2066]/u);
      expect(first).toContain('a\\');
      // A readable line is followed by its error, indented.
      for (const other of others) expect(other).toMatch(/^ {4}/);
    }
  });

  it('answers, read as JSON, what was said, with a code for what cannot be seen', async () => {
    const destination = new PassThrough({ encoding: 'utf8' });
    createLog({ level: 'info', format: 'json' }, destination).info({ tenant: 'a\n"\\b' }, 'x\u202ey');
    const [line] = (await once(destination, 'data')) as [string];
    expect(JSON.parse(line)).toMatchObject({ tenant: 'a\n"\\b', msg: 'x\\u202ey' });
  });
});
