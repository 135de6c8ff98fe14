const location = {
  short_code: '',
  status: 'running',
  _id: '641d7c86ee3408c461095a39',
  agent_id: 141,
  lat: '1.2',
  lng: '3.4',
  order_id: 10,
  created_date: '2023-03-24T10:33:42.471Z',
  updated_date: '2023-03-24T10:33:42.471Z',
  __v: 0,
};

/** Requests of saveAgentLocation. */
export const SAVE_REQUESTS = {
  'an agent on its way': { value: { agent_id: 141, order_id: 10, lat: '1.2', lng: '3.4', short_code: '', status: 'running' } },
  'the least, all as text': { value: { agent_id: '141', order_id: '10', lat: '1.2', lng: '3.4' } },
};

/** An answer of it. */
export const SAVED_ANSWER = { data: location, status: true, statusCode: 200, message: 'Location saved successfully' };

/** An answer of getAgentLocation. */
export const NEWEST_ANSWER = { data: location, status: true, statusCode: 200, message: 'Latest data read successfully' };
