import type { Command } from 'commander';

import { addCommand } from './cli-command.js';
import { print, toLines, toTable, withProgress, type OutputOptions } from './cli-print.js';
import { withAdmin } from './cli-service.js';
import type { CheckReport, UpgradedCollection } from './maintenance/index.js';

interface CheckOptions extends OutputOptions {
  readonly repair?: boolean;
}

const DIFFERS = 1;

/** The commands that look after a tenant's stored data, under `tenant`. */
export function addCheckCommands(tenant: Command): void {
  const command = (usage: string, text: string): Command => addCommand(tenant, usage, text);

  command('check <key>', "compare a tenant's rooms with their messages; exit code 1 where something differs")
    .option('--repair', 'put right what differs; exit code 1 where something is left')
    .action(check);
  command('upgrade [key]', 'give tenants the indexes of this release before their first call; with a key, also what is missing').action(upgrade);
}

async function check(key: string, { repair, ...options }: CheckOptions): Promise<void> {
  const report = await withAdmin((admin) => withProgress(async (progress) => {
    const repairer = repair === true ? admin.actor : null;
    let before = 0;
    const onProgress = (done: number, total: number): void => {
      if (before === 0) progress.begin('rooms and messages', total);
      progress.advance(done - before);
      before = done;
    };
    return admin.check.check(await admin.tenants.get(key), { repairer, onProgress });
  }));
  print(options, report, toText);
  if (!report.agrees) process.exitCode = DIFFERS;
}

async function upgrade(key: string | undefined, options: OutputOptions): Promise<void> {
  const upgraded = await withAdmin(async (admin) => {
    const tenants = key === undefined ? await admin.tenants.findAll() : [await admin.tenants.get(key)];
    const all: UpgradedCollection[] = [];
    for (const tenant of tenants) all.push(...(await admin.upgrade.upgrade(tenant, { anew: key !== undefined })));
    return all;
  });
  print(options, upgraded, toUpgradeTable);
}

function toText({ differences, first, ...report }: CheckReport): string {
  const found = Object.fromEntries(Object.entries(differences).filter(([, rooms]) => rooms > 0));
  const lines = toLines({ ...report, ...found });
  if (first.length === 0) return lines;
  const rows = first.map((one) => [one.room, one.repaired ? 'repaired' : 'differs', one.differences]);
  return `${lines}\n\n${toTable(['ROOM', '', 'DIFFERENCES'], rows)}`;
}

function toUpgradeTable(upgraded: readonly UpgradedCollection[]): string {
  if (upgraded.length === 0) return 'Nothing to do.';
  return toTable(
    ['TENANT', 'COLLECTION', 'FROM', 'TO'],
    upgraded.map((one) => [one.tenant, one.collection, one.from, one.to]),
  );
}
