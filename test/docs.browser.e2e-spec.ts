import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';

import { PAGE_ANSWER, PAGE_REQUEST } from '../src/room/index.js';
import { eventually } from './support/eventually.js';
import { ServiceProcess } from './support/service-process.js';
import { CHROMIUM_FLAGS, chromiumPath, itInBrowser } from './support/where-chromium.js';

import.meta.jest.setTimeout(60_000);

const START_MS = 400_000;
const LIST = '/api/room/fetchRoomByUserAgent';

let scratch: string;
let service: ServiceProcess;
let browser: BrowserContext;
let page: Page;
let requested: string[];
let complaints: string[];

if (chromiumPath === null) {
  process.stderr.write('No Chromium on this machine (chromium or google-chrome on the PATH): the tests in a browser are skipped.\n');
}

// Where all tests are skipped, none of this runs.
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'anteroom-browser-'));
  service = await ServiceProcess.start({ MONGO_DATA: join(scratch, 'mongo') });
  browser = await chromium.launchPersistentContext(join(scratch, 'profile'), { executablePath: chromiumPath!, args: CHROMIUM_FLAGS });
}, START_MS);

afterAll(async () => {
  await browser.close();
  await service.stop();
  await eventually(() => rm(scratch, { recursive: true, force: true }), { within: 10_000 });
}, 30_000);

beforeEach(async () => {
  [requested, complaints] = [[], []];
  page = await browser.newPage();
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${service.url}/docs`);
});

afterEach(async () => {
  await page.close();
});

describe('Swagger UI at /docs in a browser', () => {
  itInBrowser('shows the title and the main call, complains of nothing, and asks nobody but the service', async () => {
    await page.locator('.info .title', { hasText: 'Anteroom' }).waitFor();
    await operation().waitFor();

    expect(await page.title()).toBe('Anteroom');
    expect(complaints).toEqual([]);
    expect(requested.length).toBeGreaterThan(3);
    expect([...new Set(requested.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin))]).toEqual([service.url]);
  });

  itInBrowser('answers the rooms of salesdemo when the first example is executed as it stands', async () => {
    await open();

    const { sent, shown } = await execute();

    expect(sent).toEqual(PAGE_REQUEST.body);
    expect(shown).toMatchObject({ status: true, statusCode: 200, roomData: [{ agent_id: '133' }, { agent_id: '133' }, { agent_id: '133' }] });
    expect(complaints).toEqual([]);
  });

  itInBrowser('answers the two rooms of the page, to the letter, when the example of ace is chosen and executed', async () => {
    await open();
    await operation().locator('.examples-select select').first().selectOption('a driver of ace, by number');
    await eventually(async () => expect(await body().inputValue()).toContain('"ace"'), { within: 5_000 });

    const { sent, shown } = await execute();

    expect(sent).toEqual({ agent_db: 'ace', agent_id: 141, type: 'agent_to_user' });
    expect(shown).toStrictEqual(PAGE_ANSWER);
    expect(complaints).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(service.url) && !url.startsWith('data:'))).toEqual([]);
  });

  itInBrowser('shows the error of a call that is refused', async () => {
    await open();
    await body().fill(JSON.stringify({ ...PAGE_REQUEST.body, agent_db: 'nobody' }));

    const { status, shown } = await execute();

    expect(status).toBe('404');
    expect(shown).toMatchObject({ status: false, statusCode: 404, error: 'TENANT_UNKNOWN', roomData: [] });
  });
});

function operation(): Locator {
  return page.locator('.opblock', { has: page.locator(`.opblock-summary-path[data-path="${LIST}"]`) });
}

function body(): Locator {
  return operation().locator('textarea.body-param__text');
}

/** Opens the main call by a click; its form is there without a further one. */
async function open(): Promise<void> {
  await operation().locator('.opblock-summary-control').click();
  await body().waitFor();
}

/** Presses Execute and answers what went out, and the status and the answer as they stand on the screen. */
async function execute(): Promise<{ sent: unknown; status: string; shown: unknown }> {
  const call = page.waitForRequest((request) => request.url().endsWith(LIST));
  await operation().locator('button.execute').click();
  const answer = operation().locator('.live-responses-table .response');
  const shown: unknown = JSON.parse(await answer.locator('.response-col_description .highlight-code pre').first().innerText());
  return { sent: (await call).postDataJSON(), status: (await answer.locator('.response-col_status').innerText()).trim(), shown };
}
