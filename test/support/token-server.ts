import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { LookupSettings, Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';
import { newTenant } from './tenants.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with this JSON. */
export function answering(json: unknown, status = 200): Answer {
  return (_request, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

/** A server of a deployment or an issuer on this machine, which answers as it is told and notes what it was asked. */
export class TokenServer {
  /** What stood in `Authorization` of each request so far. */
  readonly asked: (string | undefined)[] = [];
  /** Path and query of each request so far. */
  readonly paths: (string | undefined)[] = [];

  private constructor(
    readonly url: string,
    readonly close: () => Promise<void>,
  ) {}

  /** How the next request is answered. */
  answer: Answer = answering({});

  static async start(port = 0): Promise<TokenServer> {
    const http = createServer((request, response) => {
      server.asked.push(request.headers.authorization);
      server.paths.push(request.url);
      server.answer(request, response);
    });
    await once(http.listen(port, '127.0.0.1'), 'listening');
    const close = async (): Promise<void> => {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    };
    const server = new TokenServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, close);
    return server;
  }
}

const PATHS = { subject_path: 'data.id', role_path: 'data.role' };

/** How a server of {@link newLookupTenant} answers of agent 141, unless another person is said. */
export function personAnswer(person: object = {}): { readonly data: object } {
  return { data: { id: 141, role: 'agent', ...person } };
}

/** A new tenant that admits nobody without a credential and looks opaque tokens up at this server. */
export function newLookupTenant(service: TestApp, { url }: TokenServer, lookup: Partial<LookupSettings> = {}, settings: object = {}): Promise<Tenant> {
  const auth = { http: 'required', sockets: 'required' } as const;
  return newTenant(service, { auth, settings: { lookup: { url: `${url}/me?app=chat`, ...PATHS, ...lookup }, ...settings } });
}
