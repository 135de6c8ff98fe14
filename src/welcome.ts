import type { AddressInfo } from 'node:net';

import type { NestExpressApplication } from '@nestjs/platform-express';

import type { Config } from './config/index.js';

/** The address at which this machine reaches the listening service, as `http://host:port`. */
export function urlOf(app: NestExpressApplication): string {
  const { address, port, family } = (app.getHttpServer() as { address(): AddressInfo }).address();
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

/** What a person who started the service sees first: where it is, its documentation, and a call to paste. */
export function welcome(config: Config, url: string, hasDemo: boolean): string {
  const docs = config.docs ? [`docs at      ${url}/docs`] : [];
  const body = JSON.stringify({ agent_db: 'ace', agent_id: '141', type: 'agent-to-user' });
  const call = `curl -s ${url}/api/room/fetchRoomByUserAgent -H 'content-type: application/json' -d '${body}'`;
  const demo = hasDemo ? ['', 'An agent’s rooms in the demo deployment ace:', '', `  ${call}`, ''] : [];
  return [`listening on ${url}`, ...docs, ...demo].join('\n') + '\n';
}
