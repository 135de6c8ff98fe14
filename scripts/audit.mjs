// Asks the registry for known faults of the packages that production has, and fails on those of severity high or critical that
// audit-accepted.json does not accept: a list of {advisory, reason, date}, the advisory by its GHSA number. Not part of .ci/run, which must
// not turn red by itself.
//   npm run audit
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const GRAVE = new Set(['high', 'critical']);
const root = resolve(import.meta.dirname, '..');

function ask() {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' });
  try {
    return JSON.parse(stdout);
  } catch {
    return {};
  }
}

/** The advisories of severity high or critical, each once. */
function graveOf({ vulnerabilities }) {
  // What stands there as a text is the name of a package that is listed itself.
  const all = Object.values(vulnerabilities).flatMap(({ via }) => via.filter((cause) => typeof cause === 'object'));
  const grave = all.filter(({ severity }) => GRAVE.has(severity)).map((cause) => ({ ...cause, advisory: cause.url.split('/').at(-1) }));
  return [...new Map(grave.map((cause) => [cause.advisory, cause])).values()];
}

async function readAccepted() {
  const accepted = JSON.parse(await readFile(resolve(root, 'audit-accepted.json'), 'utf8'));
  for (const { advisory, reason, date } of accepted) {
    if (!advisory || !reason || !/^\d{4}-\d\d-\d\d$/.test(date ?? '')) throw new Error(`audit-accepted.json: ${advisory ?? 'an entry'} needs an advisory, a reason and a date such as 2026-11-23.`);
  }
  return new Map(accepted.map((one) => [one.advisory, one]));
}

function toLine({ advisory, severity, name, title }, accepted) {
  const what = `${advisory}  ${severity}  ${name}: ${title}`;
  return accepted === undefined ? `REFUSED   ${what}` : `accepted  ${what} (${accepted.date}: ${accepted.reason})`;
}

async function main() {
  const accepted = await readAccepted();
  const report = ask();
  if (report.vulnerabilities === undefined) throw new Error(`The registry did not answer the audit: ${report.message ?? 'npm said nothing that can be read'}.\nSo nothing is known of the packages; some mirrors cannot be asked. Set npm_config_registry to one that can.`);
  const grave = graveOf(report);
  for (const one of grave) console.log(toLine(one, accepted.get(one.advisory)));
  for (const advisory of accepted.keys()) if (!grave.some((one) => one.advisory === advisory)) console.log(`gone      ${advisory}: take it off audit-accepted.json`);
  const refused = grave.filter(({ advisory }) => !accepted.has(advisory));
  console.log(`${grave.length} high or critical, ${refused.length} of them not accepted`);
  return refused.length === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
