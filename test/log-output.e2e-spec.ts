import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { builtFolder } from './support/built.js';

let module: string;

beforeAll(async () => {
  module = join(await builtFolder(), 'observe', 'log.js');
});

/** What a process of its own has written when it has ended. */
function outputOf(lines: string): Promise<string[]> {
  const program = `import { createLog } from ${JSON.stringify(module)}; const log = createLog({ level: 'info', format: 'json' }); ${lines}`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], (_error, stdout) => resolve(stdout.trim().split('\n').map(messageOf)));
  });
}

const messageOf = (line: string): string => (line === '' ? '' : (JSON.parse(line) as { msg: string }).msg);

describe('The log on standard output', () => {
  it.each([
    ['the process ends by itself', ''],
    ['the process is told to exit', 'process.exit(0);'],
    ['nobody catches an error', "throw new Error('broken');"],
    ['a warning came before it was killed', "log.warn('two'); process.kill(process.pid, 'SIGKILL');"],
    ['a moment passed before it was killed', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000);"],
  ])('has every line, in order, when %s', async (_how, end) => {
    expect(await outputOf(`log.info('one'); ${end}`)).toEqual(end.includes('two') ? ['one', 'two'] : ['one']);
  });
});
