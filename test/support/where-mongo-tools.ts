import { onPath } from '../../src/mongo/embedded/executable.js';

const found = await Promise.all(['mongodump', 'mongorestore'].map((name) => onPath(name, process.env.PATH ?? '')));

/** Whether MongoDB's Database Tools (mongodump, mongorestore) are on the PATH. */
export const hasMongoTools = found.every((file) => file !== null);

/** `it` for a test that needs them: without them the test counts as skipped, never as passed. */
export const itWithMongoTools = hasMongoTools ? it : it.skip;
