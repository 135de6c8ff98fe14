import { Command, CommanderError, Option } from 'commander';

import { PutTenantDto, toRemovedTenantDto, toTenantDto, type TenantDto } from './admin/index.js';
import { addCheckCommands } from './cli-check.js';
import { addCommand, several } from './cli-command.js';
import { addImportCommand } from './cli-import.js';
import { addKeyCommands } from './cli-keys.js';
import { addLeavingCommands } from './cli-leaving.js';
import { print, toLines, toTable, type OutputOptions } from './cli-print.js';
import { withAdmin, type Admin } from './cli-service.js';
import { AppError, DtoPipe, ValidationFailedError } from './common/index.js';
import { ConfigError } from './config/index.js';

interface PutOptions {
  readonly name?: string[];
  readonly subDomain?: string[];
  readonly openFrom?: string[];
  readonly auth?: 'open' | 'required';
  readonly cluster?: string;
}

function createProgram(): Command {
  const program = new Command('anteroom').exitOverride().description('Anteroom on the command line');
  const tenant = program.command('tenant').description('make, list, change, suspend and remove deployments');
  const command = (usage: string, text: string): Command => addCommand(tenant, usage, text);

  command('put <key>', 'make a tenant, or change what the options say; a repeated option gives a list')
    .option('--name <name>', 'a database name that callers say in agent_db, db_name or the client header', several)
    .option('--sub-domain <host>', 'a host name of its own', several)
    .option('--open-from <cidr>', 'a network whose callers need no credential', several)
    .addOption(new Option('--auth <admission>', 'whether calls need a credential').choices(['open', 'required']))
    .option('--cluster <name>', 'the cluster that holds its database')
    .action((key: string, options: PutOptions & OutputOptions) => change(key, toDto(options), options));
  command('list', 'all tenants').action(async (options: OutputOptions) => {
    const all = await withAdmin(({ tenants }) => tenants.findAll());
    print(options, all.map(toTenantDto), toTenantTable);
  });
  command('show <key>', 'one tenant').action(async (key: string, options: OutputOptions) => {
    const tenant = await withAdmin(({ tenants }) => tenants.get(key));
    print(options, toTenantDto(tenant), toLines);
  });
  command('suspend <key>', 'refuse its calls from now on').action((key: string, options: OutputOptions) => changeStatus(key, 'suspended', options));
  command('resume <key>', 'admit its calls again').action((key: string, options: OutputOptions) => changeStatus(key, 'active', options));
  command('remove <key>', 'remove a tenant; its database stays unless --drop-database')
    .requiredOption('--yes', 'yes, remove it')
    .option('--drop-database', 'drop its database too, for ever')
    .action(async (key: string, options: OutputOptions & { dropDatabase?: boolean }) => {
      const removed = await withAdmin(({ tenants, actor }) => tenants.remove(key, { dropDatabase: options.dropDatabase === true }, actor));
      print(options, toRemovedTenantDto(removed), toLines);
    });
  addKeyCommands(tenant);
  addCheckCommands(tenant);
  addLeavingCommands(tenant);
  addImportCommand(program);
  return program;
}

function toDto({ name, subDomain, openFrom, auth, cluster }: PutOptions): object {
  return { names: name, sub_domains: subDomain, open_from: openFrom, auth, cluster };
}

async function change(key: string, fields: object, options: OutputOptions): Promise<void> {
  const dto = (await new DtoPipe().transform(fields, { type: 'body', metatype: PutTenantDto })) as PutTenantDto;
  print(options, toTenantDto(await withAdmin(({ tenants, actor }) => tenants.put(key, dto, actor))), toLines);
}

// A tenant that is not there must not come into being by being suspended.
async function changeStatus(key: string, status: 'active' | 'suspended', options: OutputOptions): Promise<void> {
  const put = async ({ tenants, actor }: Admin): Promise<TenantDto> => {
    await tenants.get(key);
    return toTenantDto(await tenants.put(key, { status }, actor));
  };
  print(options, await withAdmin(put), toLines);
}

function toTenantTable(tenants: readonly TenantDto[]): string {
  return toTable(
    ['KEY', 'STATUS', 'AUTH', 'NAMES', 'DATABASE'],
    tenants.map((one) => [one.key, one.status, one.auth.http, one.names, one.database]),
  );
}

// 1 refused, 2 wrong usage, 3 database not reachable.
function toExitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ValidationFailedError || error instanceof ConfigError) return 2;
  if (error instanceof AppError && error.status === 503) return 3;
  if (error instanceof Error && /^(EmbeddedMongo|Mongod)/.test(error.name)) return 3;
  return 1;
}

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    // Commander has said what is wrong with the usage itself.
    if (!(error instanceof CommanderError)) process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = toExitCode(error);
  });
