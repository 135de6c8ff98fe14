import request from 'supertest';

import type { Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';

/** Calls of one deployment, by its path, as apps and panels make them; with a credential where one is given. */
export class Calls {
  private readonly base: string;

  constructor(
    private readonly service: Pick<TestApp, 'url'>,
    tenant: Pick<Tenant, 'key'>,
    private readonly credential?: string,
  ) {
    this.base = `/t/${tenant.key}`;
  }

  get(path: string): request.Test {
    return this.asCaller(request(this.service.url).get(`${this.base}${path}`));
  }

  post(path: string, body?: object | string): request.Test {
    return this.asCaller(request(this.service.url).post(`${this.base}${path}`)).send(body);
  }

  put(path: string, body?: object): request.Test {
    return this.asCaller(request(this.service.url).put(`${this.base}${path}`)).send(body);
  }

  /** Sends a message to the room `_id`. */
  send(room: unknown, fields: object = {}): request.Test {
    return this.post('/api/chat/sendMessageJoin', { room_id: String(room), message: 'hello', user_type: 'agent', user_id: 141, ...fields });
  }

  /** Everybody in a room. */
  async users(room: unknown): Promise<Record<string, unknown>[]> {
    return (await this.get(`/api/chat/getRoomUser/${String(room)}`).expect(200)).body.userData;
  }

  /** A room's messages. */
  async history(room: unknown, query = ''): Promise<Record<string, unknown>[]> {
    return (await this.get(`/api/chat/${String(room)}${query}`).expect(200)).body;
  }

  /** The room itself. */
  async room(room: unknown): Promise<Record<string, unknown>> {
    return (await this.get(`/api/room/${String(room)}`).expect(200)).body;
  }

  private asCaller(test: request.Test): request.Test {
    return this.credential === undefined ? test : test.set('Authorization', this.credential);
  }
}
