import { rm } from 'node:fs/promises';

/** Ends the embedded MongoDB of the run, if it started one, and removes its folder. */
export default async function stopMongo() {
  if (globalThis.embeddedMongo === undefined) return;
  const { mongo, dataPath } = globalThis.embeddedMongo;
  await mongo.stop();
  await rm(dataPath, { recursive: true, force: true });
}
