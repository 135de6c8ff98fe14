import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { MongodLog } from './mongod-log.js';

const LISTENING = '"id":23016,';
const IN_USE = 'DBPathInUse: Unable to lock the lock file';
const PORT_TAKEN = 'Address already in use';
const POLL_MS = 15;
const START_TIMEOUT_MS = 120_000;

// The service holds the other end of standard input: its end, however it comes, is the end of mongod, first asked (TERM), after 8 s forced.
// The shell waits for mongod as its parent, so the number it signals can never be another process's.
const KEEPER = `
exec 3<&0
"$@" </dev/null 3<&- &
mongod=$!
{
  read -r _ <&3
  kill -TERM $mongod
  for _ in 1 2 3 4 5 6 7 8; do sleep 1 || exit; done
  kill -KILL $mongod
} >/dev/null 2>&1 &
guard=$!
wait $mongod
code=$?
kill $guard 2>/dev/null
exit $code
`;

/** Why a mongod ended before it listened. */
export class MongodEnded extends Error {
  override readonly name = 'MongodEnded';
  constructor(
    readonly why: 'in use' | 'port taken' | 'failed',
    reason: string,
  ) {
    super(reason);
  }
}

/** One mongod on 127.0.0.1 that never outlives this process. */
export class MongodProcess {
  /** Resolves with the way it ended when mongod is gone. */
  readonly ended: Promise<string>;
  private running = true;

  private constructor(
    private readonly child: ChildProcess,
    readonly log: MongodLog,
  ) {
    this.ended = wayItEnds(child).finally(() => (this.running = false));
    child.stdin?.on('error', () => undefined);
  }

  /** Starts mongod as a single member of a replica set, away from the terminal's process group so that Ctrl-C reaches the service alone. */
  static async spawn(binary: string, dataPath: string, port: number, replicaSet: string): Promise<MongodProcess> {
    const log = await MongodLog.begin(dataPath);
    const command = ['-c', KEEPER, 'mongod-keeper', binary, ...mongodOptions(dataPath, port, replicaSet)];
    const child = spawn('/bin/sh', command, { detached: true, stdio: ['pipe', log.fd, log.fd] });
    const mongod = new MongodProcess(child, log);
    await log.release();
    return mongod;
  }

  /** Resolves when this mongod, and no other program, listens on its port; rejects with MongodEnded when it ends first. */
  async listening(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.log.text()).includes(LISTENING)) {
      if (!this.running) throw await this.whyItEnded();
      if (Date.now() > deadline) throw new MongodEnded('failed', `it is not ready after ${START_TIMEOUT_MS / 1000} s`);
      await pause(POLL_MS);
    }
  }

  /** What ended this mongod, read from its log. */
  async whyItEnded(): Promise<MongodEnded> {
    const way = await this.ended;
    const text = await this.log.text().catch(() => '');
    if (text.includes(IN_USE)) return new MongodEnded('in use', IN_USE);
    if (text.includes(PORT_TAKEN)) return new MongodEnded('port taken', PORT_TAKEN);
    return new MongodEnded('failed', `mongod ${way}: ${await this.log.lastError()}`);
  }

  /** Whether mongod still runs, and with it still holds its data folder. */
  get alive(): boolean {
    return this.running;
  }

  /** Ends mongod with a clean shutdown, or by force after 8 s, and resolves when it is gone. */
  async end(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }
}

async function wayItEnds(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return `ended with ${signal ?? `code ${code}`}`;
  } catch (error) {
    return `could not be run (${String(error)})`;
  }
}

function mongodOptions(dataPath: string, port: number, replicaSet: string): string[] {
  return [
    ...['--dbpath', dataPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet'],
    ...['--replSet', replicaSet, '--oplogSize', '512', '--wiredTigerCacheSizeGB', '0.5'],
    // Journal files of 100 MB, three of them made in advance, are for servers: these start faster and a new folder takes 20 MB.
    ...['--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=20MB)'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
    // What a process that died had begun keeps its room waiting for so long; nothing of ours takes longer than 20 s.
    ...['--setParameter', 'transactionLifetimeLimitSeconds=30'],
    ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=500'],
  ];
}
