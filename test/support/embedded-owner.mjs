/** A process of its own that holds an embedded MongoDB, for the tests that kill or interrupt the owner; its options come as JSON. */
import './typescript.mjs';

const { EmbeddedMongo, runningEmbeddedUri } = await import('../../src/mongo/embedded/embedded-mongo.ts');
const options = JSON.parse(process.argv[2]);

process.once('SIGINT', async () => {
  process.stdout.write((await runningEmbeddedUri(options.dataPath)) === mongo.uri ? 'interrupted, MongoDB answers\n' : 'MongoDB is gone\n');
  await mongo.stop();
});

const mongo = await EmbeddedMongo.start({ ...options, path: '', cache: '', note: () => undefined });
process.stdout.write(`${mongo.uri}\n`);
