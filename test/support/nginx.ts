import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const DEPLOYED = fileURLToPath(new URL('../../deploy/nginx', import.meta.url));
const START = { within: 20_000 };

/** Whether there is an nginx on the PATH. */
export const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

/** `it` for a test that needs it: without one the test counts as skipped, never as passed. */
export const itWithNginx = hasNginx ? it : it.skip;

/** A real nginx with the configuration of `deploy/nginx`, but for where it listens and which instances there are. */
export class Nginx {
  private said = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (this.said += part));
  }

  /** Starts it in front of these addresses, to which it speaks from the address `from`; resolves when calls get through. */
  static async start(instances: readonly string[], from: string): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'anteroom-nginx-'));
    await cp(DEPLOYED, join(folder, 'conf'), { recursive: true });
    const port = await freePort();
    await writeFile(join(folder, 'conf/instances.conf'), instances.map((url) => `server ${new URL(url).host} max_fails=1 fail_timeout=2s;\n`).join(''));
    await writeFile(join(folder, 'conf/listen.conf'), `listen 127.0.0.1:${port};\nproxy_bind ${from};\n`);
    // Started by root it would work as a user who may not get to a folder in a private one.
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const args = ['-e', 'stderr', '-p', `${folder}/`, '-c', join(folder, 'conf/nginx.conf'), '-g', `daemon off; ${user}`];
    const nginx = new Nginx(spawn('nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] }), folder, port);
    await eventually(() => nginx.checkAnswers(), START);
    return nginx;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async checkAnswers(): Promise<void> {
    const answer = await fetch(`${this.url}/health/live`).catch(() => null);
    if (answer?.status !== 200) throw new Error(`nginx does not answer; it said:\n${this.said}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
