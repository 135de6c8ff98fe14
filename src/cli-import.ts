import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';

import type { Command } from 'commander';

import type { Actor } from './audit/index.js';
import { addCommand, several } from './cli-command.js';
import { print, withProgress, type OutputOptions } from './cli-print.js';
import { patient, withAdmin } from './cli-service.js';
import { toMoment, ValidationFailedError } from './common/index.js';
import { findDeployments, ImportRefusedError, type ImportService, ReportFile, SourceRepository, Tally, toSummary, toSummaryText, type Deployment, type Found, type ImportOptions, type Summary } from './maintenance/index.js';
import { firstIdOf, type Id } from './mongo/index.js';
import type { Tenant } from './tenancy/index.js';

interface Options extends OutputOptions {
  readonly from: string;
  readonly database: string;
  readonly tenant?: string;
  readonly split?: boolean;
  readonly dbName?: string[];
  readonly agentDb?: string[];
  readonly dryRun?: boolean;
  readonly since?: string;
  readonly intoExisting?: boolean;
  readonly report?: string;
}

/** The command that moves a deployment of the replaced service in. */
export function addImportCommand(program: Command): void {
  addCommand(program, 'import', 'move a deployment of the replaced chat service in, or list those of its database')
    .requiredOption('--from <uri>', 'where its MongoDB is; nothing is ever written there')
    .requiredOption('--database <name>', 'its database')
    .option('--tenant <key>', 'the tenant that is filled')
    .option('--split', 'only list the deployments that are found, and the commands that move them in')
    .option('--db-name <name>', 'rooms of this db_name', several)
    .option('--agent-db <name>', 'rooms of this agent_db', several)
    .option('--since <date>', 'only participants and messages that were stored since then')
    .option('--into-existing', 'also where the tenant has rooms that this source did not bring')
    .option('--dry-run', 'read and report, and write nothing')
    .option('--report <file>', 'where the report is written')
    .action(runImport);
}

async function runImport(options: Options): Promise<void> {
  // V8 would let the heap grow to several times what is in use before it looks (measured: 285 MB instead of 255, for a twentieth less processor time).
  setFlagsFromString('--heap-growing-percent=100');
  if (options.split === true) return withSource(options, (source) => split(source, options));
  const { tenant: key } = options;
  if (key === undefined) throw new ValidationFailedError('Say --tenant KEY, or --split to see which deployments there are.');
  const from = toFirstId(options.since);
  // As a script says them whose variable is not set; they would mean the rooms without a name.
  if ([options.dbName, options.agentDb].some((names) => names?.includes(''))) throw new ValidationFailedError('--db-name and --agent-db must not be empty.');
  const summary = await withAdmin(async ({ tenants, imports, actor }) => {
    const tenant = await tenants.get(key);
    return withSource(options, (source) => bring(imports, { tenant, source, options, from, actor }));
  }, patient);
  print(options, summary, ({ report, ...rest }) => `${toSummaryText(rest)}\nreport: ${report}`);
  if (!summary.agrees) process.exitCode = 1;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface Bringing {
  readonly tenant: Tenant;
  readonly source: SourceRepository;
  readonly options: Options;
  readonly from: Id | null;
  readonly actor: Actor;
}

async function bring(service: ImportService, { tenant, source, options, from, actor }: Bringing): Promise<Summary & { report: string }> {
  const began = new Date();
  const deployment = await toDeployment(tenant, source, options);
  const chosen: ImportOptions = { deployment, from, dryRun: options.dryRun === true, intoExisting: options.intoExisting === true, actor };
  const path = options.report ?? `import-${tenant.key}-${began.toISOString().replaceAll(':', '-')}.json`;
  const report = new ReportFile(path, { tenant: tenant.key, database: options.database, deployment, since: options.since ?? null, dry_run: chosen.dryRun, began });
  const tally = new Tally((finding) => report.add(finding));
  const endEarly = (stopped: string): void => report.end({ stopped, read: tally.readings, written: tally.written, agrees: false });
  const stop = (signal: NodeJS.Signals): void => {
    endEarly(signal);
    process.stderr.write(`\nStopped (${signal}). What is stored is whole; the same command goes on from there.\n`);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    const census = await withProgress((progress) => service.run(tenant, chosen, { source, tally, progress }));
    const summary = toSummary(tally, census, { dryRun: chosen.dryRun, seconds: (Date.now() - began.getTime()) / 1_000 });
    report.end(summary);
    return { ...summary, report: path };
  } catch (error) {
    endEarly(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

// Without names of its own the tenant may take the only deployment that there is, and never one of several.
async function toDeployment({ names }: Tenant, source: SourceRepository, { dbName, agentDb }: Options): Promise<Deployment> {
  if (dbName !== undefined || agentDb !== undefined) return { dbNames: dbName ?? [], agentDbs: agentDb ?? [] };
  if (names.length > 0) return { dbNames: names, agentDbs: names };
  const [only, ...others] = await findDeployments(source);
  if (others.length > 0 || only === undefined) throw new ImportRefusedError('The source has several deployments, or none. Say which by --db-name and --agent-db; --split lists them.');
  return null;
}

async function split(source: SourceRepository, options: Options): Promise<void> {
  const found = await findDeployments(source);
  print(options, found.map((one) => ({ ...one, command: toCommand(one, options) })), (all) => all.map(toLine).join('\n\n'));
}

function toLine({ db_names: dbNames, agent_dbs: agentDbs, rooms, messages, newest, command }: Found & { command: string }): string {
  const names = [`db_name: ${dbNames.join(', ') || '–'}`, `agent_db: ${agentDbs.join(', ') || '–'}`];
  return `${names.join('   ')}\n  ${rooms} rooms, ${messages} messages, newest ${newest?.toISOString() ?? '–'}\n  ${command}`;
}

function toCommand({ db_names: dbNames, agent_dbs: agentDbs }: Found, { database }: Options): string {
  if (dbNames.length + agentDbs.length === 0) return '(rooms without db_name and agent_db: nobody can tell whose they are)';
  const names = [...dbNames.map((name) => ` --db-name ${toWord(name)}`), ...agentDbs.map((name) => ` --agent-db ${toWord(name)}`)];
  return `npm run import -- --from URI --database ${toWord(database)} --tenant KEY${names.join('')}`;
}

// As a POSIX shell takes it for one word.
function toWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function withSource<T>({ from, database }: Options, work: (source: SourceRepository) => Promise<T>): Promise<T> {
  const source = await SourceRepository.open(from, database);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

// An ObjectId begins with the second in which it was made.
function toFirstId(since: string | undefined): Id | null {
  if (since === undefined) return null;
  const moment = toMoment(since);
  if (moment === null) throw new ValidationFailedError('--since must be an ISO 8601 date.');
  return firstIdOf(moment.getTime());
}
