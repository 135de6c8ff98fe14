import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import mongoose from 'mongoose';

const PATIENCE_MS = 1_000;

/** Leaves the URI in the data folder for the commands that use a running embedded MongoDB. */
export async function writeUri(dataPath: string, uri: string): Promise<void> {
  const written = join(dataPath, `uri.${process.pid}-${randomBytes(4).toString('hex')}`);
  await writeFile(written, `${uri}\n`, { mode: 0o600 });
  await rename(written, join(dataPath, 'uri'));
}

/** Removes the URI again; only the one whose mongod still has the folder may do it. */
export async function removeUri(dataPath: string): Promise<void> {
  await rm(join(dataPath, 'uri'), { force: true });
}

/** Answers the URI of the embedded MongoDB that runs on the data folder, or null when none answers within a second. */
export async function runningEmbeddedUri(dataPath: string): Promise<string | null> {
  try {
    const uri = (await readFile(join(dataPath, 'uri'), 'utf8')).trim();
    return (await servedFolder(uri)) === (await realpath(dataPath)) ? uri : null;
  } catch {
    return null;
  }
}

// A stale file's port may meanwhile serve another folder's mongod: it is asked which folder it serves.
async function servedFolder(uri: string): Promise<string> {
  const patience = { serverSelectionTimeoutMS: PATIENCE_MS, connectTimeoutMS: PATIENCE_MS, socketTimeoutMS: PATIENCE_MS };
  const client = new mongoose.mongo.MongoClient(uri, { directConnection: true, ...patience });
  try {
    const answer = await client.db('admin').command({ getCmdLineOpts: 1 });
    const { storage } = answer.parsed as { readonly storage: { readonly dbPath: string } };
    return await realpath(storage.dbPath);
  } finally {
    await client.close();
  }
}
