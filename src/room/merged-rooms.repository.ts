import type { ClientSession, mongo } from 'mongoose';

import type { Id } from '../mongo/index.js';

/** That a room was merged into another when it was moved in: its old id, and the room that it is part of now. */
export interface MergedRoom {
  readonly _id: Id;
  readonly room: Id;
}

/** The room that this id of a merged one means, or null. Only worth asking where no room has the id itself. */
export async function findSurvivor(database: mongo.Db, id: Id, session?: ClientSession): Promise<Id | null> {
  const merged = await collectionIn(database).findOne({ _id: id }, session === undefined ? {} : { session });
  return merged?.room ?? null;
}

/** Notes old ids; what is noted already stays. The collection is made by this. */
export async function noteMerged(database: mongo.Db, merged: readonly MergedRoom[], session: ClientSession): Promise<void> {
  const notes = merged.map(({ _id, room }) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: { room } }, upsert: true } }));
  if (notes.length > 0) await collectionIn(database).bulkWrite(notes, { session });
}

function collectionIn(database: mongo.Db): mongo.Collection<MergedRoom> {
  return database.collection<MergedRoom>('merged_rooms');
}
