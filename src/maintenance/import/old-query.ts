import type { Id } from '../../mongo/index.js';

/** Which rooms of a source are moved in: those of these names in `db_name` or `agent_db`; null: all. */
export type Deployment = { readonly dbNames: readonly string[]; readonly agentDbs: readonly string[] } | null;

/** Rooms of one name, which become one. */
export interface SameName {
  /** The oldest first. */
  readonly ids: readonly Id[];
}

/** The newest location of an agent on an order, and how many older ones there are. */
export interface NewestLocation {
  readonly id: Id;
  readonly older: number;
}

/** Rooms of the source that are read together, and what each one's messages need to be in order. */
export interface Wanted {
  readonly ids: readonly Id[];
  /** For each id the place of the room that it is part of now. */
  readonly places: readonly number[];
  /** For each id the date of messages that have none. */
  readonly dates: readonly Date[];
  /** Only what has this id or a later one; null: everything. */
  readonly from: Id | null;
}

// Names that pipelines give to what they work out for themselves.
const AT = '__at';
const DATE = '__date';
// MongoDB's go further than these.
const [FIRST_DATE, LAST_DATE] = [new Date(-8.64e15), new Date(8.64e15)];

/** Finds the rooms of a deployment, whether its names are stored as text or as numbers. */
export function toDeploymentFilter(deployment: Deployment): object {
  if (deployment === null) return {};
  const { dbNames, agentDbs } = deployment;
  return { $or: [{ db_name: { $in: withNumbers(dbNames) } }, { agent_db: { $in: withNumbers(agentDbs) } }] };
}

/** The rooms of a deployment by name, those of the oldest id first. */
export function toSameNames(deployment: Deployment): object[] {
  const text = toText('$room_name');
  const name = { $cond: [{ $eq: ['$name', ''] }, { $toString: '$_id' }, '$name'] };
  return [
    { $match: { _id: { $type: 'objectId' }, ...toDeploymentFilter(deployment) } },
    { $sort: { _id: 1 } },
    { $project: { name: text } },
    { $group: { _id: name, first: { $min: '$_id' }, ids: { $push: '$_id' } } },
    { $sort: { first: 1 } },
    { $project: { _id: 0, ids: 1 } },
  ];
}

/** Participants or messages of these rooms, those of a room together, in their order by date and id; in place of the room's id each has its room's place. */
export function toOrdered(field: 'room' | 'room_id', { ids, places, dates, from }: Wanted): object[] {
  const at = toPlace(field, ids);
  const of = (list: readonly unknown[]): object => ({ $arrayElemAt: [{ $literal: list }, `$${AT}`] });
  return [
    { $match: { $or: [{ [field]: { $in: inAllForms(ids) } }, { [field]: MIXED }], ...since(from) } },
    { $addFields: { [AT]: at } },
    // A list that holds one of the ids is no id, and what is written in both cases may be the id of any room.
    { $match: { [AT]: { $gte: 0 } } },
    { $addFields: { [field]: of(places), [DATE]: { $ifNull: [toDate('$created_date'), of(dates)] } } },
    { $sort: { [field]: 1, [DATE]: 1, _id: 1 } },
    { $unset: [AT, DATE] },
  ];
}

/** Documents by their ids: from one and up to before another; null: from the first, and up to the last. */
export interface Span {
  readonly from: Id | null;
  readonly before: Id | null;
}

/** How many participants or messages each room has, by the room's id: null stands for what is no id; `withNewest`: and the newest date of each. */
export function toCounts(field: 'room' | 'room_id', { from, before }: Span, { withNewest = false } = {}): object[] {
  const isDate = { $and: [{ $eq: [{ $type: '$created_date' }, 'date'] }, { $gte: ['$created_date', FIRST_DATE] }, { $lte: ['$created_date', LAST_DATE] }] };
  const newest = (of: object | string): object => (withNewest ? { newest: { $max: of } } : {});
  return [
    // Ids that are none are before every other.
    { $match: before === null ? since(from) : { _id: { $not: { $gte: before }, ...(from === null ? {} : { $gte: from }) } } },
    // First by what is there: to make an id of it a million times takes a fifth longer (measured).
    { $group: { _id: `$${field}`, count: { $sum: 1 }, ...newest({ $cond: [isDate, '$created_date', null] }) } },
    { $group: { _id: toRoomId('_id'), count: { $sum: '$count' }, ...newest('$newest') } },
    { $sort: { _id: 1 } },
  ];
}

/** The rooms that are not of the deployment. */
export function toOthersFilter(deployment: Exclude<Deployment, null>): object {
  return { $nor: [toDeploymentFilter(deployment)] };
}

/** The newest location of each agent on each order. */
export function toNewestLocations(from: Id | null): object[] {
  const made = { $convert: { input: '$_id', to: 'date', onError: null, onNull: null } };
  const moment = { $ifNull: [toDate('$created_date'), made] };
  const pair = { agent: toText('$agent_id'), order: toText('$order_id') };
  return [
    { $match: since(from) },
    { $group: { _id: pair, count: { $sum: 1 }, newest: { $max: { moment, id: '$_id' } } } },
    { $project: { _id: 0, id: '$newest.id', older: { $subtract: ['$count', 1] } } },
  ];
}

/** Finds what was stored since then; null: everything. */
export function since(from: Id | null): object {
  return from === null ? {} : { _id: { $gte: from } };
}

/** Finds what says one of these ids as its room; null stands for what says no id at all. */
export function toStrayFilter(field: 'room' | 'room_id', rooms: readonly (Id | null)[], from: Id | null): object {
  const ids = rooms.filter((room) => room !== null);
  const none = rooms.length === ids.length ? [] : [{ $expr: { $eq: [toRoomId(field), null] } }];
  const mixed = { [field]: MIXED, $expr: { $gte: [toPlace(field, ids), 0] } };
  return { $or: [{ [field]: { $in: inAllForms(ids) } }, mixed, ...none], ...since(from) };
}

function toPlace(field: string, ids: readonly Id[]): object {
  return { $indexOfArray: [{ $literal: ids }, toRoomId(field)] };
}

function toText(field: string): object {
  return { $convert: { input: field, to: 'string', onError: '', onNull: '' } };
}

function toRoomId(field: string): object {
  const converted = { $convert: { input: `$${field}`, to: 'objectId', onError: null, onNull: null } };
  return { $cond: [{ $eq: [{ $type: `$${field}` }, 'objectId'] }, `$${field}`, converted] };
}

// As readDate understands it.
function toDate(field: string): object {
  const number = { $convert: { input: { $convert: { input: field, to: 'long', onError: null } }, to: 'date', onError: null } };
  const text = { $convert: { input: field, to: 'date', onError: number } };
  return { $switch: { branches: [{ case: { $eq: [{ $type: field }, 'date'] }, then: field }, { case: { $eq: [{ $type: field }, 'string'] }, then: text }], default: number } };
}

// Ids in capitals and small letters, which nobody can list.
const MIXED = /^(?=.*[a-f])(?=.*[A-F])[\dA-Fa-f]{24}$/;

function inAllForms(ids: readonly Id[]): unknown[] {
  return ids.flatMap((id) => {
    const text = id.toHexString();
    const other = text.toUpperCase();
    return other === text ? [id, text] : [id, text, other];
  });
}

function withNumbers(names: readonly string[]): unknown[] {
  return names.flatMap((name) => (String(Number(name)) === name ? [name, Number(name)] : [name]));
}
