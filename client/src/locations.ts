import type { Ask } from './http.js';
import type { Location, NewLocation } from './wire.js';

/** Where agents are. */
export interface LocationCalls {
  save(location: NewLocation): Promise<Location>;
  /** The newest location of an agent on an order; one that has said nothing yet is the error `LOCATION_NOT_FOUND`. */
  get(of: { readonly agent_id: number; readonly order_id: number }): Promise<Location>;
}

export function locationCalls(ask: Ask): LocationCalls {
  return {
    save: async (body) => (await ask((api, init) => api.POST('/api/agent/saveAgentLocation', { ...init, body }))).data,
    get: async (query) => (await ask((api, init) => api.GET('/api/agent/getAgentLocation', { ...init, params: { query } }))).data,
  };
}
