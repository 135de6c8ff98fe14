import type { Connection } from 'mongoose';

import { NotAllowedError } from '../src/auth/index.js';
import { Cluster, ControlDatabase, DatabaseUnavailableError, type Session } from '../src/mongo/index.js';
import { Metrics } from '../src/observe/index.js';
import { startApp, type TestApp } from './support/app.js';
import { dropAll } from './support/tenants.js';

const WRITTEN = 'written';

let service: TestApp;
let cluster: Cluster;

beforeAll(async () => {
  service = await startApp();
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(async () => {
  cluster = new Cluster('closing', service.config.mongo.uri!, 2_000, service.app.get(Metrics));
  await cluster.ping();
});
afterEach(() => cluster.close());

async function write(session: Session, connection: Connection): Promise<void> {
  await connection.getClient().db(service.config.mongo.controlDatabase).collection(WRITTEN).insertOne({}, { session });
}
const written = (): Promise<number> => service.app.get(ControlDatabase).with((database) => database.collection(WRITTEN).countDocuments());

describe('A transaction that is given up', () => {
  it.each([
    ['first', async () => undefined],
    ['second', write],
  ])('is not followed by its %s write, which nobody waits for any more', async (_which, before) => {
    let late: Promise<void> = Promise.resolve();
    const given = cluster.inTransaction(async (session, connection) => {
      await before(session, connection);
      late = write(session, connection);
      throw new DatabaseUnavailableError();
    });

    await expect(given).rejects.toThrow(DatabaseUnavailableError);
    await late.catch(() => undefined);
    expect(await written()).toBe(0);
  });
});

describe('A transaction whose client is closed', () => {
  it.each([
    ['after its first write', async (session: Session, connection: Connection) => cluster.close().then(() => write(session, connection))],
    ['after its last write', () => cluster.close()],
    ['at its last write', (session: Session, connection: Connection) => Promise.all([cluster.close(), write(session, connection)]).then(() => undefined)],
  ])('%s is not done, and said to be worth repeating', async (_when, close) => {
    const done = cluster.inTransaction(async (session, connection) => {
      await write(session, connection);
      await close(session, connection);
      return 'done';
    });

    await expect(done).rejects.toThrow(DatabaseUnavailableError);
    expect(await written()).toBe(0);
  });

  it('and which fails by itself says why', async () => {
    const failed = cluster.inTransaction(async (session, connection) => {
      await write(session, connection);
      void cluster.close();
      throw new NotAllowedError();
    });

    await expect(failed).rejects.toThrow(NotAllowedError);
    expect(await written()).toBe(0);
  });
});
