import type { Command } from 'commander';

import { addCommand, several } from './cli-command.js';
import { print, toLines, toTable, withProgress, type OutputOptions } from './cli-print.js';
import { patient, withAdmin } from './cli-service.js';
import { isEmptyLike, isPlainText, MATCH_TEXT_LIMIT, ValidationFailedError } from './common/index.js';
import type { LoadReport, Manifest, Receipt } from './maintenance/index.js';

const DIFFERS = 1;

/** The commands by which a deployment, or somebody in it, leaves, and comes again elsewhere; under `tenant`. */
export function addLeavingCommands(tenant: Command): void {
  const command = (usage: string, text: string): Command => addCommand(tenant, usage, text);

  command('export <key>', "write all of a tenant's data to a folder")
    .requiredOption('--to <folder>', 'a new or empty folder')
    .action(exportTenant);
  command('load <key>', 'put an export into a tenant that has no rooms; run again, it goes on')
    .requiredOption('--from <folder>', 'the folder that was exported to')
    .action(load);
  command('erase-user <key>', "take a person's profile out of a tenant, and by its setting erase_messages what they said")
    .requiredOption('--user <id>', 'the id of the person, as tokens and calls say it')
    .option('--type <user_type>', 'only the person of this kind, where several have the id', several)
    .action(eraseUser);
}

async function exportTenant(key: string, { to, ...options }: OutputOptions & { to: string }): Promise<void> {
  const work = withAdmin(({ tenants, exports, actor }) => withProgress(async (progress) => exports.export(await tenants.get(key), { path: to, actor, progress })), patient);
  print(options, await work, toExportText);
}

async function load(key: string, { from, ...options }: OutputOptions & { from: string }): Promise<void> {
  const report = await withAdmin(({ tenants, loads, actor }) => withProgress(async (progress) => loads.load(await tenants.get(key), { path: from, actor, progress })), patient);
  print(options, report, toLoadText);
  if (!report.agrees) process.exitCode = DIFFERS;
}

async function eraseUser(key: string, { user, type, ...options }: OutputOptions & { user: string; type?: string[] }): Promise<void> {
  if (isEmptyLike(user) || user.length > MATCH_TEXT_LIMIT || !isPlainText(user)) throw new ValidationFailedError(`--user must be a text of 1 to ${MATCH_TEXT_LIMIT} characters, and not what apps write for nobody (null, undefined).`);
  const receipt = await withAdmin(({ tenants, erasures, actor }) => withProgress(async (progress) => erasures.erase(await tenants.get(key), { user, types: type ?? null, actor, progress })), patient);
  print(options, receipt, toReceiptText);
}

function toExportText({ files, left_out: leftOut, ...manifest }: Manifest): string {
  const rows = files.map(({ name, documents, bytes, sha256 }) => [name, documents, bytes, sha256]);
  const lines = [toLines({ tenant: manifest.tenant, read: manifest.read, ended: manifest.ended }), toTable(['FILE', 'DOCUMENTS', 'BYTES', 'SHA256'], rows)];
  return [...lines, ...(leftOut.length === 0 ? [] : [`Not exported, because this service knows nothing of them: ${leftOut.join(', ')}`])].join('\n\n');
}

function toLoadText({ tenant, of, collections, agrees }: LoadReport): string {
  const rows = collections.map((one) => [one.collection, one.documents, one.inserted, one.stored, one.agrees ? '' : 'differs']);
  const table = toTable(['COLLECTION', 'IN THE EXPORT', 'NEW', 'STORED NOW', ''], rows);
  return `${tenant} was loaded with the export of ${of}.\n\n${table}\n\n${agrees ? 'All of it is there.' : 'It differs from the export.'}`;
}

function toReceiptText(receipt: Receipt): string {
  const { participants, messages, locations } = receipt;
  const isFound = participants.found + messages.found + locations.found > 0;
  const lines = toLines(receipt);
  return isFound ? lines : `Nothing of ${receipt.user} was found in ${receipt.tenant}.\n\n${lines}`;
}
