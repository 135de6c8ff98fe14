import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { toFactCells, toMarkdown, toRatioCells, toRowCells, toText } from './table.mjs';

const RESULTS = join(import.meta.dirname, 'results');
const README = join(import.meta.dirname, 'README.md');
const [BEGIN, END] = ['<!-- results -->', '<!-- end of results -->'];

/** Prints what a case has measured. */
export function printCase({ name, rows, facts }) {
  print(name, toTables({ rows, facts }));
}

/** Prints the ratios of all cases beside what is wanted of them. */
export function printRatios(results) {
  print('ratios', [toRatioCells(results.flatMap(({ ratios }) => ratios))]);
}

function print(title, tables) {
  process.stdout.write(`\n${title}\n${tables.map(toText).join('\n\n')}\n`);
}

function toTables({ rows, facts }) {
  const all = [
    [rows, toRowCells],
    [facts, toFactCells],
  ];
  return all.filter(([list]) => list.length > 0).map(([list, toCells]) => toCells(list));
}

export async function readMachine(mongod) {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return { cpu: model.trim(), cores: cpus().length, memory, node: process.version, mongod, date: new Date().toISOString().slice(0, 10) };
}

/** Writes everything as JSON to `results/last.json`. */
export async function writeResults(report) {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, 'last.json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** Puts the tables between the two markers of README.md. */
export async function writeReadme({ machine, seconds, results }) {
  const text = await readFile(README, 'utf8');
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  const on = `${machine.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, Node ${machine.node}, mongod ${machine.mongod}; ${seconds} s in all.`;
  const wanted = toMarkdown(toRatioCells(results.flatMap(({ ratios }) => ratios)));
  const cases = results.map(({ name, rows, facts }) => [`### ${name}`, ...toTables({ rows, facts }).map(toMarkdown)].join('\n\n'));
  await writeFile(README, `${before}${BEGIN}\n\n${on}\n\n${wanted}\n\n${cases.join('\n\n')}\n\n${after}`);
}
