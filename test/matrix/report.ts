import { mkdir, writeFile } from 'node:fs/promises';

import { isGood, type Row } from './rows.js';

const FOLDER = new URL('../../reports/', import.meta.url);

/** Writes all rows as JSON and, together with a summary, as Markdown; answers the summary. */
export async function writeReport(rows: readonly Row[], faults: readonly string[]): Promise<string> {
  const bad = rows.filter((row) => !isGood(row));
  const summary = `${rows.length} rows over ${new Set(rows.map(({ route }) => route)).size} routes and events: ${rows.length - bad.length} as expected, ${bad.length} not; ${faults.length} missing or left over.`;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL('isolation-matrix.json', FOLDER), `${JSON.stringify({ summary, faults, rows }, null, 1)}\n`);
  await writeFile(new URL('isolation-matrix.md', FOLDER), toMarkdown(summary, faults, rows, bad));
  return summary;
}

function toMarkdown(summary: string, faults: readonly string[], rows: readonly Row[], bad: readonly Row[]): string {
  return [
    '# The isolation matrix',
    '',
    summary,
    '',
    'Every route and event of the documents, with each field that names somebody or something set to what another deployment has, by every kind of credential, over two guarded and two open deployments with the same ids.',
    'Whether a field is named makes no difference to some credentials that are refused, or let in, just as another one is: they make the plain call only. At an open deployment what is no key of this service is as good as nothing.',
    'What was seen is the status with the error code, or after 2xx whether texts of the deployment that was asked are in it (`own`) or none (`bare`); texts of another one would stand behind it (`with …`).',
    '',
    ...faults.map((fault) => `* ${fault}`),
    ...section('Not as expected', bad),
    ...section('All rows', rows),
  ].join('\n');
}

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ route, field, credential, at, expected, seen }) => `| ${[route, field, credential, at, expected, seen].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return [`## ${title}`, '', '| route or event | field | credential | at | expected | seen |', '| --- | --- | --- | --- | --- | --- |', ...lines, ''];
}
