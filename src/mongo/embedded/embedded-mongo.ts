import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { EmbeddedMongoInUseError, EmbeddedMongoStartError } from './embedded-mongo.errors.js';
import { findMongod, type MongodSearch } from './mongod-binary.js';
import { MongodEnded, MongodProcess } from './mongod-process.js';
import { becomePrimary, REPLICA_SET } from './replica-set.js';
import { removeUri, writeUri } from './uri-file.js';

export { EmbeddedMongoInUseError, EmbeddedMongoStartError } from './embedded-mongo.errors.js';
export { runningEmbeddedUri } from './uri-file.js';

// The mongod of a service that was killed needs about a second for its own shutdown.
const LOCK_PATIENCE_MS = 5_000;
const RETRY_MS = 250;

/** What the embedded MongoDB needs to be told. */
export interface EmbeddedMongoOptions extends MongodSearch {
  /** MONGO_DATA: the folder of the data, made if absent. */
  readonly dataPath: string;
  /** Is told why when mongod ends although nobody stopped it. */
  readonly onExit?: (reason: string) => void;
}

/** A real mongod, a replica set of one, as a child of this process; its data stays between starts. */
export class EmbeddedMongo {
  private stopping: Promise<void> | null = null;

  private constructor(
    /** The URI of the replica set. */
    readonly uri: string,
    private readonly dataPath: string,
    private readonly mongod: MongodProcess,
    onExit: (reason: string) => void,
  ) {
    void mongod.ended.then(async () => {
      if (this.stopping === null) onExit((await mongod.whyItEnded()).message);
    });
  }

  /** Resolves with a writable MongoDB on the data folder; rejects with a named error of one sentence. */
  static async start(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
    const dataPath = await makeFolder(options.dataPath);
    const binary = await findMongod(options);
    const { mongod, port } = await holdFolder(binary, dataPath);
    try {
      const uri = await serve(mongod, port, dataPath);
      return new EmbeddedMongo(uri, dataPath, mongod, (reason) => options.onExit?.(reason));
    } catch (error) {
      await mongod.end();
      throw new EmbeddedMongoStartError(dataPath, messageOf(error), error);
    }
  }

  /** Removes the URI file and ends mongod; resolves when mongod is gone. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  // The file goes while mongod still holds the folder: afterwards it could be a successor's.
  private async shutDown(): Promise<void> {
    if (this.mongod.alive) await removeUri(this.dataPath).catch(() => undefined);
    await this.mongod.end();
  }
}

async function makeFolder(path: string): Promise<string> {
  const dataPath = resolve(path);
  try {
    await mkdir(dataPath, { recursive: true, mode: 0o700 });
    return dataPath;
  } catch (error) {
    throw new EmbeddedMongoStartError(dataPath, messageOf(error), error);
  }
}

// mongod's own lock decides who has the folder, so two that start at the same instant cannot both have it.
async function holdFolder(binary: string, dataPath: string): Promise<{ mongod: MongodProcess; port: number }> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await tryToHold(binary, dataPath);
    } catch (error) {
      const why = error instanceof MongodEnded ? error.why : 'failed';
      if (why === 'failed' || Date.now() > deadline) throw startError(dataPath, error);
      if (why === 'in use') await pause(RETRY_MS);
    }
  }
}

async function tryToHold(binary: string, dataPath: string): Promise<{ mongod: MongodProcess; port: number }> {
  const port = await freePort();
  const mongod = await MongodProcess.spawn(binary, dataPath, port, REPLICA_SET);
  try {
    await mongod.listening();
    return { mongod, port };
  } catch (error) {
    await mongod.end();
    await mongod.log.discard();
    throw error;
  }
}

async function serve(mongod: MongodProcess, port: number, dataPath: string): Promise<string> {
  await mongod.log.keep();
  const gone = mongod.ended.then(async () => Promise.reject(await mongod.whyItEnded()));
  await Promise.race([becomePrimary(port), gone]);
  const uri = `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`;
  await writeUri(dataPath, uri);
  return uri;
}

function startError(dataPath: string, error: unknown): Error {
  if (error instanceof MongodEnded && error.why === 'in use') return new EmbeddedMongoInUseError(dataPath);
  return new EmbeddedMongoStartError(dataPath, messageOf(error), error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening, failed) => server.once('listening', listening).once('error', failed));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
