import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose from 'mongoose';

import { readConfig } from '../src/config/index.js';
import { EmbeddedMongo, EmbeddedMongoInUseError, EmbeddedMongoStartError, runningEmbeddedUri } from '../src/mongo/embedded/embedded-mongo.js';
import { findMongod, MongodBinaryError, MongodNotFoundError } from '../src/mongo/embedded/mongod-binary.js';
import { keepMongod, keptMongod } from '../src/mongo/embedded/mongod-cache.js';
import { endsWithin, isAlive, startOwner, type Owner } from './support/processes.js';

import.meta.jest.setTimeout(60_000);

const UNREACHABLE_DOWNLOAD = 'https://127.0.0.1:9/mongodb-linux-x86_64-debian12-8.2.6.tgz';
const silent = (): void => undefined;

let root: string;
let binary: string;
let running: EmbeddedMongo[] = [];
let owners: Owner[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anteroom-embedded-'));
  const { embedded } = readConfig(process.env).mongo;
  binary = await findMongod({ ...embedded, binary: embedded.binary ?? undefined, note: silent });
}, 600_000);

afterEach(async () => {
  owners.forEach(({ child }) => child.kill('SIGKILL'));
  await Promise.all(running.map((mongo) => mongo.stop()));
  running = [];
  owners = [];
});

afterAll(async () => rm(root, { recursive: true, force: true }));

async function newFolder(): Promise<string> {
  return mkdtemp(join(root, 'folder-'));
}

async function start(dataPath: string, onExit: (reason: string) => void = silent): Promise<EmbeddedMongo> {
  const mongo = await EmbeddedMongo.start({ dataPath, binary, path: '', cache: root, note: silent, onExit });
  running.push(mongo);
  return mongo;
}

async function own(dataPath: string): Promise<Owner> {
  const owner = await startOwner({ dataPath, binary });
  owners.push(owner);
  return owner;
}

async function withMarks<T>(uri: string, use: (marks: mongoose.mongo.Collection) => Promise<T>): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 3_000 });
  try {
    return await use(client.db('embedded_test').collection('marks'));
  } finally {
    await client.close();
  }
}

const mark = (uri: string, name: string) => withMarks(uri, (marks) => marks.insertOne({ name }, { writeConcern: { w: 'majority' } }));
const marksOf = (uri: string) => withMarks(uri, async (marks) => (await marks.find().toArray()).map(({ name }) => name));
const mongodPid = async (dataPath: string) => Number(await readFile(join(dataPath, 'mongod.lock'), 'utf8'));

describe('The embedded MongoDB', () => {
  it('keeps its data between starts although its port changes', async () => {
    const dataPath = join(await newFolder(), 'made', 'when', 'absent');
    const first = await start(dataPath);
    await mark(first.uri, 'kept');
    await first.stop();

    const second = await start(dataPath);

    expect(second.uri).not.toBe(first.uri);
    expect(await marksOf(second.uri)).toEqual(['kept']);
  });

  it('leaves its URI in the folder while it runs and removes it when it stops', async () => {
    const dataPath = await newFolder();
    const mongo = await start(dataPath);
    expect(await readFile(join(dataPath, 'uri'), 'utf8')).toBe(`${mongo.uri}\n`);
    expect(await runningEmbeddedUri(dataPath)).toBe(mongo.uri);

    await Promise.all([mongo.stop(), mongo.stop()]);

    expect(await readdir(dataPath)).not.toContain('uri');
    expect(await runningEmbeddedUri(dataPath)).toBeNull();
  });

  it('does not take a stale URI for a running one, even when another folder is served there', async () => {
    const [stopped, other] = [await newFolder(), await newFolder()];
    const mongo = await start(other);

    await writeFile(join(stopped, 'uri'), 'mongodb://127.0.0.1:9/?replicaSet=anteroom\n');
    expect(await runningEmbeddedUri(stopped)).toBeNull();
    await writeFile(join(stopped, 'uri'), `${mongo.uri}\n`);
    expect(await runningEmbeddedUri(stopped)).toBeNull();
  });

  it('keeps the log of this run and of the one before, and no more', async () => {
    const dataPath = await newFolder();
    for (let run = 0; run < 3; run += 1) await (await start(dataPath)).stop();

    const logs = (await readdir(dataPath)).filter((name) => name.startsWith('mongod.') && name !== 'mongod.lock');
    expect(logs.sort()).toEqual(['mongod.log', 'mongod.log.1']);
  });

  it('refuses a folder that another one uses, which keeps working', async () => {
    const dataPath = await newFolder();
    const first = await start(dataPath);

    const refusal = await start(dataPath).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(EmbeddedMongoInUseError);
    expect(String(refusal)).toMatch(new RegExp(`${dataPath}.*MONGO_DATA.*MONGODB_URI`));
    await mark(first.uri, 'still here');
    expect(await runningEmbeddedUri(dataPath)).toBe(first.uri);
    expect((await readdir(dataPath)).filter((name) => name.includes('starting'))).toEqual([]);
  });

  it('gives the folder to exactly one of two that start at the same instant', async () => {
    const dataPath = await newFolder();

    const outcomes = await Promise.allSettled([start(dataPath), start(dataPath)]);

    const [winner] = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
    expect(refusals).toEqual([expect.any(EmbeddedMongoInUseError)]);
    expect(await runningEmbeddedUri(dataPath)).toBe(winner?.uri);
  });

  it('tells its owner when mongod dies', async () => {
    const dataPath = await newFolder();
    const { promise, resolve } = deferred<string>();
    const mongo = await start(dataPath, resolve);

    process.kill(await mongodPid(dataPath), 'SIGKILL');

    expect(await promise).toContain('mongod ended');
    await mongo.stop();
  });

  it('says in one sentence why a folder cannot be used', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'damaged'));
    for (const name of ['WiredTiger', 'WiredTiger.turtle']) await writeFile(join(folder, 'damaged', name), 'garbage');

    await expect(start(join(folder, 'file', 'below'))).rejects.toThrow(EmbeddedMongoStartError);
    await expect(start(join(folder, 'damaged'))).rejects.toThrow(/does not start on .*damaged: .*corruption/);
  });
});

describe('The mongod of an owner', () => {
  it('ends by itself when the owner is killed', async () => {
    const dataPath = await newFolder();
    const { child } = await own(dataPath);
    const pid = await mongodPid(dataPath);
    expect(isAlive(pid)).toBe(true);

    child.kill('SIGKILL');

    expect(await endsWithin(pid, 5_000)).toBe(true);
  });

  it('makes room, with all data, for a start that comes right after the kill', async () => {
    const dataPath = await newFolder();
    const { child, uri } = await own(dataPath);
    await mark(uri, 'before the kill');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await start(dataPath);

    expect(await marksOf(next.uri)).toEqual(['before the kill']);
  });

  it('is not reached by a Ctrl-C that interrupts the owner', async () => {
    const { child, nextLine } = await own(await newFolder());
    const exit = once(child, 'exit');

    process.kill(-child.pid!, 'SIGINT');

    expect(await nextLine()).toBe('interrupted, MongoDB answers');
    expect(await exit).toEqual([0, null]);
  });
});

describe('The search for a mongod', () => {
  beforeAll(() => (process.env.MONGOMS_DOWNLOAD_URL = UNREACHABLE_DOWNLOAD));
  afterAll(() => delete process.env.MONGOMS_DOWNLOAD_URL);

  it('stops at a MONGOD_BINARY that is not a mongod, and names it', async () => {
    for (const wrong of [join(root, 'absent'), root, process.execPath]) {
      const refusal = await findMongod({ binary: wrong, cache: '', path: '', note: silent }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(MongodBinaryError);
      expect(String(refusal)).toMatch(new RegExp(`MONGOD_BINARY.*${wrong}`));
    }
  });

  it('says what to set when there is none and none can be fetched', async () => {
    const refusal = await findMongod({ path: '/nonexistent', cache: await newFolder(), note: silent }).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(MongodNotFoundError);
    expect(String(refusal)).toMatch(/PATH.*MONGODB_URI.*MONGOD_BINARY/);
  });

  it('does not use a kept copy that is torn', async () => {
    const cache = await newFolder();
    await copyFile(binary, keptMongod(cache));
    await chmod(keptMongod(cache), 0o755);
    expect(await findMongod({ path: '/nonexistent', cache, note: silent })).toBe(keptMongod(cache));

    await truncate(keptMongod(cache), 1_000_000);

    await expect(findMongod({ path: '/nonexistent', cache, note: silent })).rejects.toThrow(MongodNotFoundError);
  });

  it('keeps one proven copy when two fetch at once', async () => {
    const cache = await newFolder();
    const fetch = async (scratch: string) => {
      await copyFile(binary, join(scratch, 'mongod'));
      return { mongod: join(scratch, 'mongod') };
    };

    const kept = await Promise.all([keepMongod(cache, fetch), keepMongod(cache, fetch)]);

    expect(kept).toEqual([keptMongod(cache), keptMongod(cache)]);
    expect(await readdir(cache)).toHaveLength(1);
    expect(await findMongod({ path: '', cache, note: silent })).toBe(keptMongod(cache));
  });

  it('does not keep a fetched file that does not run', async () => {
    const cache = await newFolder();
    const fetch = async (scratch: string) => {
      await writeFile(join(scratch, 'mongod'), 'half a server');
      return { mongod: join(scratch, 'mongod') };
    };

    await expect(keepMongod(cache, fetch)).rejects.toThrow('does not run');

    expect(await readdir(cache)).toEqual([]);
  });
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
