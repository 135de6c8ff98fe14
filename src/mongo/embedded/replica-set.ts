import { setTimeout as pause } from 'node:timers/promises';

import mongoose from 'mongoose';

/** The name of the embedded replica set. */
export const REPLICA_SET = 'anteroom';

const POLL_MS = 15;
const TIMEOUT_MS = 60_000;
const NOT_YET_INITIALIZED = 94;
// What a starting member answers for a moment: AlreadyInitialized, ConfigurationInProgress, NotYetInitialized,
// NotWritablePrimary, InterruptedDueToReplStateChange, PrimarySteppedDown, NotPrimaryOrSecondary.
const PASSING = new Set([23, 109, NOT_YET_INITIALIZED, 10107, 11602, 189, 13436]);

type Admin = mongoose.mongo.Db;

interface Config {
  readonly _id: string;
  readonly version: number;
  readonly members: readonly { readonly host: string }[];
}

/** Makes the mongod on that port the writable primary of its one-member replica set, whatever port its data was last served on. */
export async function becomePrimary(port: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/`, { directConnection: true, serverSelectionTimeoutMS: 5_000 });
  try {
    await reachPrimary(client.db('admin'), host);
  } finally {
    await client.close();
  }
}

async function reachPrimary(admin: Admin, host: string): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await stepTowardsPrimary(admin, host))) {
    if (Date.now() > deadline) throw new Error(`it is not writable after ${TIMEOUT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

async function stepTowardsPrimary(admin: Admin, host: string): Promise<boolean> {
  try {
    if (await isPrimary(admin, host)) return true;
    await configure(admin, host);
  } catch (error) {
    if (!isPassing(error)) throw error;
  }
  return false;
}

async function isPrimary(admin: Admin, host: string): Promise<boolean> {
  const hello = await admin.command({ hello: 1 });
  return hello.isWritablePrimary === true && hello.me === host;
}

async function configure(admin: Admin, host: string): Promise<void> {
  const config = await readConfig(admin);
  if (config === null) await initiate(admin, host);
  else if (config.members[0]?.host !== host) await move(admin, config, host);
}

async function initiate(admin: Admin, host: string): Promise<void> {
  const settings = { electionTimeoutMillis: 500, heartbeatIntervalMillis: 500 };
  await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }], settings } });
}

async function move(admin: Admin, config: Config, host: string): Promise<void> {
  if (config._id !== REPLICA_SET) throw new Error(`its data belongs to another replica set, "${config._id}"`);
  const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
  await admin.command({ replSetReconfig: moved, force: true });
}

async function readConfig(admin: Admin): Promise<Config | null> {
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 });
    return config as Config;
  } catch (error) {
    if (codeOf(error) === NOT_YET_INITIALIZED) return null;
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoNetworkError || PASSING.has(codeOf(error) ?? -1);
}

function codeOf(error: unknown): number | undefined {
  return (error as { code?: number }).code;
}
