import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OWNER = fileURLToPath(new URL('./embedded-owner.mjs', import.meta.url));
const POLL_MS = 25;

/** A process of its own that holds an embedded MongoDB, in a process group of its own as a terminal's job is. */
export interface Owner {
  readonly child: ChildProcess;
  readonly uri: string;
  /** Answers the next line it prints. */
  nextLine(): Promise<string>;
}

/** Starts an owner and answers it when its MongoDB is up. */
export async function startOwner(options: { dataPath: string; binary: string }): Promise<Owner> {
  const child = spawn(process.execPath, [OWNER, JSON.stringify(options)], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  return { child, uri: await nextLine(), nextLine };
}

/** Whether a process of that number exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether the process ends before the time is over. */
export async function endsWithin(pid: number, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (isAlive(pid) && Date.now() < deadline) await pause(POLL_MS);
  return !isAlive(pid);
}
