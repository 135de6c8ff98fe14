import { once } from 'node:events';
import type { Server } from 'node:http';

import type { Express, Request, Response } from 'express';
import request from 'supertest';

import { ExpressServer } from './express-server.js';

describe('The server of Express', () => {
  it('makes requests and responses that Express need not change', async () => {
    const adapter = new ExpressServer();
    adapter.initHttpServer();
    const [server, express] = [adapter.getHttpServer() as Server, adapter.getInstance<Express>()];
    const seen: unknown[] = [];
    server.prependListener('request', (...both) => seen.push(...both.map(Object.getPrototypeOf)));
    express.get('/who', (called: Request, response: Response) => {
      seen.push(Object.getPrototypeOf(called), Object.getPrototypeOf(response));
      response.json([called.app === express, response.app === express, called.get('x-who')]);
    });
    await once(server.listen(0), 'listening');
    try {
      const { body } = await request(server).get('/who').set('x-who', 'me').expect(200);
      expect(body).toEqual([true, true, 'me']);
    } finally {
      server.close();
    }
    const [ofRequest, ofResponse, ...ofExpress] = seen;
    expect([ofRequest === ofExpress[0], ofResponse === ofExpress[1]]).toEqual([true, true]);
  });
});
