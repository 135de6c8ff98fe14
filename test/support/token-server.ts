import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
