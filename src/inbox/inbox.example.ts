import { PAGE_ANSWER, PAGE_REQUEST } from '../room/index.js';

/** Requests of a list, and an answer of it. */
export interface ListExamples {
  readonly requests: Readonly<Record<string, { readonly value: object }>>;
  readonly answer?: object;
}

export const AGENT_EXAMPLES: ListExamples = {
  requests: {
    'a driver of salesdemo': { value: PAGE_REQUEST.body },
    'a driver of ace, by number': { value: { agent_db: 'ace', agent_id: 141, type: 'agent_to_user' } },
    'a page of twenty': { value: { agent_db: 'ace', agent_id: 141, type: 'agent_to_user', limit: 20 } },
  },
  answer: PAGE_ANSWER,
};

export const USER_EXAMPLES: ListExamples = {
  requests: { 'a customer of ace': { value: { db_name: 'ace', order_user_id: 1, type: 'agent_to_user' } } },
  answer: PAGE_ANSWER,
};

export const VENDOR_EXAMPLES: ListExamples = {
  requests: { 'shops of ace': { value: { db_name: 'ace', vendor_id: [3, '7'], type: 'agent_to_user', client_id: 1 } } },
  answer: PAGE_ANSWER,
};

export const BETWEEN_USERS_EXAMPLES: ListExamples = {
  requests: { 'a seller, or a buyer': { value: { db_name: 'ace', p2p_id: '15', order_user_id: '8', type: 'user_to_user' } } },
};

export const PANEL_EXAMPLES: ListExamples = {
  requests: { 'all of ace': { value: { db_name: 'ace', type: 'agent_to_user', client_id: 1 } } },
};
