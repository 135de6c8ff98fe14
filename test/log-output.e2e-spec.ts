import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

import { builtFolder } from './support/built.js';

let module: string;

beforeAll(async () => {
  module = join(await builtFolder(), 'observe', 'log.js');
});

type Format = 'json' | 'pretty';
const FORMATS: readonly Format[] = ['json', 'pretty'];

const toProgram = (format: Format, lines: string): string[] => ['--input-type=module', '-e', `import { createLog } from ${JSON.stringify(module)}; const log = createLog({ level: 'info', format: '${format}' }); ${lines}`];

/** What a process of its own has written when it has ended. */
function outputOf(format: Format, lines: string): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(process.execPath, toProgram(format, lines), (_error, stdout) => resolve(messagesOf(stdout)));
  });
}

/** A process that logs there; what it does besides, it says on its standard error. */
function logInto(format: Format, output: 'pipe' | number, lines: string): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, toProgram(format, lines), { stdio: ['ignore', output, 'pipe'], timeout: LONGEST_MS }) as ChildProcessByStdio<null, Readable, Readable>;
}

const LONGEST_MS = 20_000;
const WORKS_ON = "const tick = (left) => { log.warn('tick'); if (left > 0) setTimeout(() => tick(left - 1), 20); else process.stderr.write('worked', () => process.exit(3)); }; tick(20);";

// A readable line is `[time] LEVEL: message {what is beside it}`.
const messageOf = (line: string): string => (line.startsWith('{') ? (JSON.parse(line) as { msg: string }).msg : (/^\[.*\] [A-Z]+: (\w+)/.exec(line)?.[1] ?? ''));
const messagesOf = (read: string): string[] => read.trim().split('\n').map((line) => messageOf(stripVTControlCharacters(line)));

describe.each(FORMATS)('The log on standard output, as %s', (format) => {
  it.each([
    ['the process ends by itself', ''],
    ['the process is told to exit', 'process.exit(0);'],
    ['nobody catches an error', "throw new Error('broken');"],
    ['a warning came before it was killed', "log.warn('two'); process.kill(process.pid, 'SIGKILL');"],
    ['a moment passed before it was killed', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000);"],
  ])('has every line, in order, when %s', async (_how, end) => {
    expect(await outputOf(format, `log.info('one'); ${end}`)).toEqual(end.includes('two') ? ['one', 'two'] : ['one']);
  });

  it('stops nothing where its reader has gone', async () => {
    const asleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);';
    const logging = logInto(format, 'pipe', `log.warn('begins'); ${asleep} ${WORKS_ON}`);
    await once(logging.stdout, 'data');
    logging.stdout.destroy();
    const [said, [code]] = await Promise.all([text(logging.stderr), once(logging, 'exit')]);
    expect([said, code]).toEqual(['worked', 3]);
  });

  it('stops nothing where there is no more room', async () => {
    const logging = logInto(format, openSync('/dev/full', 'w'), WORKS_ON);
    const [said, [code]] = await Promise.all([text(logging.stderr), once(logging, 'exit')]);
    expect([said, code]).toEqual(['worked', 3]);
  });

  it('stops nothing where its reader does not read, and has all lines when it reads on', async () => {
    const many = "for (let at = 0; at < 2000; at++) log.warn({ fill: 'x'.repeat(200) }, String(at));";
    const logging = logInto(format, 'pipe', `${many} process.stderr.write('worked'); setTimeout(() => process.exit(3), 2000);`);
    const [said] = (await once(logging.stderr.setEncoding('utf8'), 'data')) as [string];
    const [read, [code]] = await Promise.all([text(logging.stdout), once(logging, 'exit')]);
    expect([said, code]).toEqual(['worked', 3]);
    expect(messagesOf(read)).toEqual(Array.from({ length: 2_000 }, (_, at) => String(at)));
  });
});
