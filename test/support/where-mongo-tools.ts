import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Whether MongoDB's Database Tools (mongodump, mongorestore) are on the PATH. */
export const hasMongoTools = ['mongodump', 'mongorestore'].every((name) => (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && isExecutable(join(folder, name))));

/** `it` for a test that needs them: without them the test counts as skipped, never as passed. */
export const itWithMongoTools = hasMongoTools ? it : it.skip;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
