import { Logger } from '@nestjs/common';
import { pino } from 'pino';

import { PinoLoggerService } from './log.js';

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
