import express, { type Response } from 'express';
import { pino } from 'pino';
import request from 'supertest';

import { readConfig } from '../config/index.js';
import { Metrics } from './metrics.js';
import { requestLog, type LoggedRequest } from './request-log.js';

describe('The log of requests', () => {
  it('has a line for each, and of a flood one a second, which says how many it stands for', async () => {
    const lines: { status: number; untold?: number }[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as { status: number }) });
    const app = express();
    app.use(requestLog(log, new Metrics(readConfig({}))), (called: LoggedRequest, response: Response) => {
      called.isFlood = called.path === '/flood';
      response.status(called.isFlood ? 429 : 200).end();
    });
    const server = app.listen(0);
    const call = (path: string): request.Test => request(server).get(path);
    const flood = (): typeof lines => lines.filter(({ status }) => status === 429);
    let calls = 0;
    try {
      await call('/one');
      await call('/one');
      for (; flood().length < 2; calls++) await call('/flood');
    } finally {
      server.close();
    }
    expect(lines.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(flood().map(({ untold }) => untold)).toEqual([undefined, calls - 2]);
    expect(calls).toBeGreaterThan(2);
  });
});
