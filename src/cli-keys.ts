import { Option, type Command } from 'commander';

import { MakeKeyDto, toKeyDto, toKeyFields, toListedKeyDto, toMadeKeyDto, type ListedKeyDto } from './admin/index.js';
import { addCommand } from './cli-command.js';
import { print, toLines, toTable, type OutputOptions } from './cli-print.js';
import { withAdmin } from './cli-service.js';
import { DtoPipe } from './common/index.js';

type AddOptions = OutputOptions & Readonly<Record<'role' | 'expires' | 'note', string | undefined>>;

/** The commands for a tenant's API keys, under `tenant`. */
export function addKeyCommands(tenant: Command): void {
  const group = tenant.command('key').description('make, list and revoke API keys');
  const command = (usage: string, text: string): Command => addCommand(group, usage, text);

  command('add <key>', 'make an API key for a tenant and print it, this once only')
    .addOption(new Option('--role <role>', 'service: everything of its tenant; reader: lists and histories').choices(['service', 'reader']).makeOptionMandatory())
    .option('--expires <date>', 'when it ends, an ISO 8601 date')
    .option('--note <text>', 'what it is for')
    .action(addKey);
  command('list <key>', "a tenant's API keys").action(listKeys);
  command('revoke <key> <id>', 'refuse an API key from now on, for ever').action(revokeKey);
}

async function addKey(tenant: string, { role, expires, note, ...options }: AddOptions): Promise<void> {
  const dto = (await new DtoPipe().transform({ role, expires, note }, { type: 'body', metatype: MakeKeyDto })) as MakeKeyDto;
  print(options, toMadeKeyDto(await withAdmin(({ keys, actor }) => keys.add(tenant, toKeyFields(dto), actor))), toLines);
}

async function listKeys(tenant: string, options: OutputOptions): Promise<void> {
  const listed = await withAdmin(({ keys }) => keys.findAll(tenant));
  print(options, listed.map(toListedKeyDto), toKeyTable);
}

async function revokeKey(tenant: string, id: string, options: OutputOptions): Promise<void> {
  print(options, toKeyDto(await withAdmin(({ keys, actor }) => keys.revoke(tenant, id, actor))), toLines);
}

function toKeyTable(keys: readonly ListedKeyDto[]): string {
  return toTable(
    ['ID', 'ROLE', 'EXPIRES', 'LAST USED', 'NOTE'],
    keys.map((key) => [key.id, key.role, key.expires, key.last_used, key.note]),
  );
}
