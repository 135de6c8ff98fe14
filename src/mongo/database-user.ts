import { createHmac } from 'node:crypto';

import type { mongo } from 'mongoose';

/** A user of MongoDB that may read and write one database and nothing else; it lives in that database and bears its name. */
export interface DatabaseUser {
  readonly database: string;
  readonly password: string;
}

const NOT_FOUND = 11;
const EXISTS = 51003;

/** The user of a database; the password is made from the secret each time it is needed, and stored nowhere. */
export function toDatabaseUser(secret: string, cluster: string, database: string): DatabaseUser {
  return { database, password: createHmac('sha256', secret).update(`${cluster}\0${database}`).digest('base64url') };
}

/** Makes the user, or sets its password and rights anew. */
export async function putUser(client: mongo.MongoClient, { database, password }: DatabaseUser): Promise<void> {
  const fields = { pwd: password, roles: [{ role: 'readWrite', db: database }], mechanisms: ['SCRAM-SHA-256'], ...DURABLE };
  try {
    await client.db(database).command({ createUser: database, ...fields });
  } catch (error) {
    if (codeOf(error) !== EXISTS) throw error;
    await client.db(database).command({ updateUser: database, ...fields });
  }
}

/** Removes the user of the database, if there is one. */
export async function removeUser(client: mongo.MongoClient, database: string): Promise<void> {
  try {
    await client.db(database).command({ dropUser: database, ...DURABLE });
  } catch (error) {
    if (codeOf(error) !== NOT_FOUND) throw error;
  }
}

const DURABLE = { writeConcern: { w: 'majority' } };

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
