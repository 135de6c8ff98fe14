import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { builtFolder } from './built.js';

const LISTENING = /^listening on (http:\/\/\S+)$/m;
const HANDED_ON = ['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'MONGOD_BINARY'] as const;

export type Variables = Readonly<Record<string, string | undefined>>;

/** The way a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built service as a process of its own, on a free port, with these variables and none of the tests' own. */
export class ServiceProcess {
  private static readonly running = new Set<ServiceProcess>();

  readonly exit: Promise<Exit>;
  stdout = '';
  stderr = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (this.stdout += part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (this.stderr += part));
    // Not 'exit': what it said last may still be on its way then.
    this.exit = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    ServiceProcess.running.add(this);
    void this.exit.finally(() => ServiceProcess.running.delete(this));
  }

  /** Starts it and does not wait for anything. */
  static async spawn(variables: Variables, file = 'main.js'): Promise<ServiceProcess> {
    const main = join(await builtFolder(), file);
    const inherited = Object.fromEntries(HANDED_ON.map((name) => [name, process.env[name]]));
    // Its working folder is none of the project's: no .env and no data of the developer's.
    return new ServiceProcess(
      spawn(process.execPath, [main], { cwd: tmpdir(), env: { ...inherited, PORT: '0', ...variables }, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** Starts it and answers it when it listens and has its demo, or throws with what it said. */
  static async start(variables: Variables): Promise<ServiceProcess> {
    const service = await ServiceProcess.spawn(variables);
    await service.listening();
    return service;
  }

  /** Kills those that still run; what they started ends by itself. */
  static async killAll(): Promise<void> {
    const left = [...ServiceProcess.running];
    for (const service of left) service.signal('SIGKILL');
    await Promise.all(left.map((service) => service.exit));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Its address, `http://host:port`. */
  get url(): string {
    const [, url] = LISTENING.exec(this.stdout) ?? [];
    if (url === undefined) throw new Error(`it does not listen; it said:\n${this.stdout}${this.stderr}`);
    return url;
  }

  /** The lines of its log so far, of one message where that is given. */
  log(message?: string): Record<string, unknown>[] {
    const lines = this.stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => message === undefined || msg === message);
  }

  /** Megabytes of memory that it holds, where the system has /proc; else null. */
  async residentMegabytes(): Promise<number | null> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1_024;
  }

  /** From now on nobody is there to read its standard output. */
  abandonOutput(): void {
    this.child.stdout?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends it the signal and answers the way it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    return this.exit;
  }

  /** Resolves when it listens and has its demo; rejects with what it said when it ends first. */
  listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.stdout?.on('data', () => LISTENING.test(this.stdout) && resolve());
      void this.exit.then(() => reject(new Error(`it ended and never listened; it said:\n${this.stdout}${this.stderr}`)));
    });
  }
}
