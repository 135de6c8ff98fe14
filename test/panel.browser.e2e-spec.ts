import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

import { TenantAdminService } from '../src/admin/index.js';
import type { Room } from '../src/room/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll } from './support/tenants.js';
import { CHROMIUM_FLAGS, chromiumPath, itInBrowser } from './support/where-chromium.js';

const WITHIN = { within: 30_000 };
const TODAY = createRequire(import.meta.url).resolve('socket.io-client/dist/socket.io.js');

let service: TestApp;
let room: Room;
let panel: Server;
let panelUrl: string;
let browser: Browser;
let page: Page;
let complaints: string[];
let requested: string[];

// Where all tests are skipped, none of this runs.
beforeAll(async () => {
  service = await startApp();
  const tenant = await service.app.get(TenantAdminService).put('panel', { names: ['panel'], auth: { http: 'open', sockets: 'open' } });
  room = await aRoom(service, tenant);
  await aMessage(service, tenant, room._id, { message: 'hello' });
  panel = createServer((request, response) => void answer(request.url!).then((text) => response.end(text)));
  await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve));
  panelUrl = `http://127.0.0.1:${(panel.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: chromiumPath!, args: CHROMIUM_FLAGS });
});

afterAll(async () => {
  await browser.close();
  panel.close();
  await dropAll(service);
  await service.close();
});

beforeEach(async () => {
  [complaints, requested] = [[], []];
  page = await browser.newPage();
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});

afterEach(async () => {
  await page.close();
});

const answer = (path: string): Promise<string> =>
  path.startsWith('/today.js') ? readFile(TODAY, 'utf8') : readFile(join(import.meta.dirname, 'support', 'panel.html'), 'utf8');
const texts = (list: string): Promise<string[]> => page.locator(`#${list} li`).allTextContents();

describe('A panel in a browser, from an origin of its own,', () => {
  itInBrowser.each([
    ["the service's own script", ''],
    ["today's script", '&script=/today.js'],
  ])('with %s connects, lists the rooms, sends by a call, and sees its own message once', async (_, query) => {
    const base = `${service.url}/t/panel`;
    await page.goto(`${panelUrl}/panel.html?base=${encodeURIComponent(base)}${query}`);
    await page.locator('#state', { hasText: 'connected' }).waitFor();
    await eventually(async () => expect(await texts('rooms')).toHaveLength(1), WITHIN);
    const text = `from the panel${query}`;
    await page.evaluate(([id, message]) => (globalThis as unknown as { send(id: string, text: string): void }).send(id!, message!), [String(room._id), text]);
    await eventually(async () => expect(await texts('messages')).toEqual([`undefined: ${text}`]), WITHIN);
    await eventually(async () => expect(await texts('rooms')).toEqual([`${room.room_name}: 2 people, ${text}`]), WITHIN);
    expect(await texts('messages')).toEqual([`undefined: ${text}`]);
    expect(complaints).toEqual([]);
    // Polling first, as these pages do, and then a websocket.
    expect(requested.filter((url) => url.includes('transport=polling')).length).toBeGreaterThan(1);
  });

  itInBrowser('is told when the deployment is suspended', async () => {
    await page.goto(`${panelUrl}/panel.html?base=${encodeURIComponent(`${service.url}/t/panel/`)}`);
    await page.locator('#state', { hasText: 'connected' }).waitFor();
    await service.app.get(TenantAdminService).put('panel', { status: 'suspended' });
    await page.locator('#state', { hasText: 'disconnected' }).waitFor();
    await service.app.get(TenantAdminService).put('panel', { status: 'active' });
  });
});
