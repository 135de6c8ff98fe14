import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const advisory = (number: string, severity: string): object => ({ id: number.length, url: `https://github.com/advisories/${number}`, title: 'made up', severity, vulnerable_versions: '>=0' });
const ACCEPTED = { advisory: 'GHSA-accepted', reason: 'not reached from here', date: '2026-11-23' };

let folder: string;
let registry: Server;
let status: number;
let known: object;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-audit-'));
  for (const name of ['package.json', 'package-lock.json', 'scripts/audit.mjs']) await cp(join(ROOT, name), join(folder, name));
  registry = createServer((asked, answer) => {
    asked.resume();
    const isAudit = asked.url?.endsWith('/advisories/bulk') === true;
    answer.writeHead(isAudit ? status : 404, { 'content-type': 'application/json' }).end(JSON.stringify(isAudit ? known : {}));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
afterAll(async () => {
  registry.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the audit against a registry that knows of `advisories`. */
async function audit(advisories: object, accepted: readonly object[] = [], answered = 200): Promise<[code: number, said: string]> {
  [status, known] = [answered, advisories];
  await writeFile(join(folder, 'audit-accepted.json'), JSON.stringify(accepted));
  const { port } = registry.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false' };
  const child = spawn(process.execPath, [join(folder, 'scripts', 'audit.mjs')], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return [code, said];
}

describe('npm run audit', () => {
  it('passes where nothing grave is known', async () => {
    expect(await audit({ express: [advisory('GHSA-small', 'moderate')] })).toEqual([0, '0 high or critical, 0 of them not accepted\n']);
  });

  it('fails on what is high or critical and not accepted, and names it', async () => {
    const [code, said] = await audit({ express: [advisory('GHSA-accepted', 'high'), advisory('GHSA-new', 'critical')] }, [ACCEPTED]);
    expect(code).toBe(1);
    expect(said).toContain('REFUSED   GHSA-new  critical  express: made up\n');
    expect(said).toContain('accepted  GHSA-accepted  high  express: made up (2026-11-23: not reached from here)\n');
  });

  it('passes with what is accepted, and says which is gone', async () => {
    expect(await audit({ express: [advisory('GHSA-accepted', 'high')] }, [ACCEPTED])).toEqual([0, expect.stringContaining('1 high or critical, 0 of them not accepted\n')]);
    expect(await audit({}, [ACCEPTED])).toEqual([0, expect.stringContaining('gone      GHSA-accepted')]);
  });

  it('knows nothing of packages that only development has', async () => {
    expect(await audit({ jest: [advisory('GHSA-new', 'critical')] })).toEqual([0, expect.any(String)]);
  });

  it('fails where the registry does not answer, and where an accepted one has no date', async () => {
    expect(await audit({}, [], 405)).toEqual([1, expect.stringMatching(/^The registry did not answer the audit: 405/)]);
    expect(await audit({}, [{ ...ACCEPTED, date: undefined }])).toEqual([1, expect.stringContaining('needs an advisory, a reason and a date')]);
  });
});
