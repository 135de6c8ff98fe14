import type { Document } from './documents.js';
import { get, INVALID, post, refused, type WireCase } from './wire-case.js';

const SAVE = '/api/agent/saveAgentLocation';
const GET = '/api/agent/getAgentLocation';
const AT = { agent_id: 141, order_id: 10, lat: '1.2', lng: '3.4' };

const aLocation = (name: string, fields: Document): Document => ({
  _id: `<id ${name}>`,
  short_code: '',
  status: 'running',
  ...fields,
  created_date: `<date ${name}>`,
  updated_date: `<date ${name}>`,
  __v: 0,
});
const saved = (data: Document): Document => ({ data, status: true, statusCode: 200, message: 'Location saved successfully' });
const newest = (data: Document): Document => ({ data, status: true, statusCode: 200, message: 'Latest data read successfully' });

const save = (name: string, call: Pick<WireCase, 'body' | 'form'>, location: Document): WireCase =>
  post({ name: `saveAgentLocation ${name}`, path: SAVE, ...call, broadcasts: [{ event: `agent-location-${String(location.agent_id)}`, payload: location }] }, saved(location));

const FIRST = aLocation('location', AT);
const NEXT = aLocation('next location', { ...AT, lat: '-33.8688', lng: '151.2093', short_code: 'ace', status: 'arrived' });
const OTHER = aLocation('location on another order', { ...AT, order_id: 11, lat: '0', lng: '7.5', short_code: null });
const NONE = [404, 'LOCATION_NOT_FOUND'] as const;

/** Where agents are. */
export const LOCATIONS: readonly WireCase[] = [
  refused(get({ name: 'getAgentLocation before there is one', path: `${GET}?agent_id=141&order_id=10` }, null), NONE, {}, 'No matching records found'),
  save('of numbers and texts', { body: AT }, FIRST),
  get({ name: 'getAgentLocation by query', path: `${GET}?agent_id=141&order_id=10` }, newest(FIRST)),
  save('as a form, all fields', { form: 'agent_id=141&short_code=ace&lat=-33.8688&lng=151.2093&order_id=10&status=arrived' }, NEXT),
  save('of texts for ids and numbers for the place', { body: { agent_id: '141', order_id: '11', lat: 0, lng: 7.5, short_code: null, unknown: 1, _id: 'x' } }, OTHER),
  get({ name: 'getAgentLocation of the newest', path: `${GET}?agent_id=141&order_id=10` }, newest(NEXT)),
  get({ name: 'getAgentLocation by body', path: GET, body: { agent_id: '141', order_id: 11 } }, newest(OTHER)),
  get({ name: 'getAgentLocation by a form in the body', path: GET, form: 'agent_id=141&order_id=10' }, newest(NEXT)),
  refused(get({ name: 'getAgentLocation of another agent', path: `${GET}?agent_id=14&order_id=10` }, null), NONE, {}, 'No matching records found'),
  ...['', '?agent_id=141', '?order_id=10', '?agent_id=x&order_id=10', '?agent_id=1.5&order_id=10', '?agent_id=1&agent_id=2&order_id=10'].map((query) =>
    refused(get({ name: `getAgentLocation of ${query || 'nobody'}`, path: `${GET}${query}` }, null), INVALID),
  ),
  ...[{ agent_id: 'x' }, { agent_id: 1.5 }, { agent_id: null }, { agent_id: '' }, { order_id: { $gt: 0 } }, { order_id: [10] }, { lat: null }, { lat: { a: 1 } }, { lng: '' }].map((body) =>
    refused(post({ name: `saveAgentLocation with ${JSON.stringify(body)}`, path: SAVE, body: { ...AT, ...body } }, null), INVALID),
  ),
];
