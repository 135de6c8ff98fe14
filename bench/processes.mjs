import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LISTENING = /^listening on (http:\/\/\S+)$/m;
const HANDED_ON = ['PATH', 'HOME', 'TMPDIR'];
const START_MS = 60_000;
const STOP_MS = 12_000;
const POLL_MS = 20;
// Linux' unit of CPU time in /proc.
const TICKS_PER_SECOND = 100;

/** A Node process that says `listening on http://…`; what it writes goes to a file, as in production. */
export class Child {
  #process;
  #ended;

  constructor(name, process, logPath) {
    this.name = name;
    this.#process = process;
    this.#ended = once(process, 'exit');
    this.logPath = logPath;
    this.url = null;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Everything that it has written. */
  said() {
    return readFile(this.logPath, 'utf8');
  }

  async listening() {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const said = await this.said();
      const [, url] = LISTENING.exec(said) ?? [];
      if (url !== undefined) return (this.url = url);
      if (this.#hasEnded || Date.now() > deadline) throw new Error(`${this.name} does not listen; it said:\n${said}`);
      await pause(POLL_MS);
    }
  }

  /** Ends it, by force where asking does not help. */
  async stop() {
    if (this.#hasEnded) return;
    this.#process.kill('SIGTERM');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(force);
  }

  get #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}

/** Starts `file` with these variables and none of the caller's own, and answers it when it listens. */
export async function startChild({ name, file, variables, folder, nodeOptions = [] }, started) {
  const logPath = join(folder, `${name}-${Date.now()}.log`);
  const log = await open(logPath, 'w');
  const inherited = Object.fromEntries(HANDED_ON.map((variable) => [variable, process.env[variable]]));
  const env = { ...inherited, NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1', ...variables };
  // A session of its own: Ctrl-C is for the benchmark, which ends it.
  const child = spawn(process.execPath, [...nodeOptions, file], { cwd: folder, env, detached: true, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const made = new Child(name, child, logPath);
  started(made);
  await made.listening();
  return made;
}

/** Seconds of CPU that a process has used so far. */
export async function cpuSeconds(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Megabytes of memory that a process holds. */
export async function residentMegabytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) / 1_024;
}

/** How many files and connections a process has open. */
export async function openFiles(pid) {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
