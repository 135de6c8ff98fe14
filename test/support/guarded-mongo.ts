import type { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import mongoose from 'mongoose';

import { PatientReplicaSet } from './patient-replica-set.js';

const ROOT = { username: 'root', password: 'root-of-a-test' };
const SERVICE = { username: 'anteroom', password: 'service-of-a-test' };
// What the README asks for.
const ROLES_OF_SERVICE = ['readWriteAnyDatabase', 'dbAdminAnyDatabase', 'userAdminAnyDatabase'];

/** A MongoDB that asks everybody who they are: a replica set of one with access control, in a temporary folder that goes with it. */
export class GuardedMongo {
  private constructor(
    private readonly server: MongoMemoryReplSet,
    /** Where the service logs in with the rights that it needs, and no more. */
    readonly uri: string,
    /** A client that may do everything. */
    readonly root: mongoose.mongo.MongoClient,
  ) {}

  static async start(): Promise<GuardedMongo> {
    const auth = { enable: true, customRootName: ROOT.username, customRootPwd: ROOT.password };
    const server = await PatientReplicaSet.begin({ auth, args: ['--wiredTigerCacheSizeGB', '0.25'] });
    const root = new mongoose.mongo.MongoClient(withLogin(server.getUri(), ROOT));
    await root.db('admin').command({ createUser: SERVICE.username, pwd: SERVICE.password, roles: ROLES_OF_SERVICE });
    return new GuardedMongo(server, withLogin(server.getUri(), SERVICE), root);
  }

  /** Where its only member listens. */
  get address(): { host: string; port: number } {
    const { hostname, port } = new URL(this.uri);
    return { host: hostname, port: Number(port) };
  }

  /** The services' connections: who each is logged in as, how many are logged in as nobody (the drivers' monitors), and how many there are. */
  async connections(): Promise<{ users: string[]; anonymous: number; all: number }> {
    const open = await this.root.db('admin').aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }]).toArray();
    const clients = open.filter((one) => one.connectionId !== undefined && one.appName === 'anteroom');
    const users = clients.flatMap((one) => (one.effectiveUsers as { user: string }[] | undefined)?.map(({ user }) => user) ?? []);
    return { users, anonymous: clients.length - users.length, all: clients.length };
  }

  async stop(): Promise<void> {
    await this.root.close();
    await this.server.stop();
  }
}

function withLogin(uri: string, { username, password }: typeof ROOT): string {
  const url = new URL(uri);
  url.username = username;
  url.password = password;
  url.searchParams.set('authSource', 'admin');
  return url.href;
}
