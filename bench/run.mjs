/** Measures the built service side by side with others on this machine; see README.md. */
import { parseArgs } from 'node:util';

import { commands } from './cases/commands.mjs';
import { history } from './cases/history.mjs';
import { list } from './cases/list.mjs';
import { live } from './cases/live.mjs';
import { noisy } from './cases/noisy.mjs';
import { pages } from './cases/pages.mjs';
import { sends } from './cases/sends.mjs';
import { tenants } from './cases/tenants.mjs';
import { startProgress } from './progress.mjs';
import { printCase, printRatios, readMachine, writeReadme, writeResults } from './report.mjs';
import { Stand } from './stand.mjs';

const CASES = [list, pages, history, sends, tenants, commands, live, noisy];
const { values: options } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } } });
const cases = chosen(options.only);
const progress = startProgress(cases.length);
let stand = null;
let stopping = false;

function chosen(only) {
  if (only === undefined) return CASES;
  const names = only.split(',');
  const unknown = names.filter((name) => CASES.every((one) => one.name !== name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no case ${unknown.join(', ')}; there are ${CASES.map(({ name }) => name).join(', ')}.\n`);
    process.exit(2);
  }
  return CASES.filter(({ name }) => names.includes(name));
}

async function measure(one) {
  if (stopping) throw new Error('stopped');
  progress.begin(one.name);
  stand = new Stand();
  try {
    await stand.begin();
    const { rows = [], ratios = [], facts = [] } = await one.run({ stand, quick: options.quick, step: progress.step });
    return { name: one.name, mongod: stand.mongodVersion, rows, ratios, facts };
  } finally {
    await stand.end();
  }
}

async function main() {
  const results = [];
  for (const one of cases) {
    results.push(await measure(one));
    progress.clear();
    printCase(results.at(-1));
  }
  const report = { machine: await readMachine(results[0].mongod), quick: options.quick, seconds: progress.elapsed(), results };
  printRatios(results);
  await writeResults(report);
  if (options.write) await writeReadme(report);
}

async function stop(signal) {
  if (stopping) return;
  stopping = true;
  process.stderr.write(`\n${signal}: ending what was started\n`);
  await stand?.end();
  process.exit(130);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(signal));
try {
  await main();
} catch (error) {
  if (!stopping) {
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
