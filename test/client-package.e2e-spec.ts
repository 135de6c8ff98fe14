import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startApp, type TestApp } from './support/app.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(240_000);

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const run = promisify(execFile);
const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, module: 'nodenext', target: 'es2022', outDir: 'out', rootDir: '.' };

interface Package {
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

let consumer: string;

beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'anteroom-consumer-'));
  await installClient(consumer);
  await writeFile(join(consumer, 'package.json'), '{"private":true,"type":"module"}');
});

afterAll(async () => {
  await rm(consumer, { recursive: true, force: true });
});

/** Puts what `npm publish` would publish into the folder, its dependencies and Node's types beside it. */
async function installClient(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules', 'anteroom-client');
  await mkdir(installed, { recursive: true });
  // A copy below node_modules: the build finds its packages, and nobody else's build is touched.
  await mkdir(join(MODULES, '.cache'), { recursive: true });
  const scratch = await mkdtemp(join(MODULES, '.cache', 'anteroom-client-'));
  try {
    await cp(join(ROOT, 'client'), scratch, { recursive: true, filter: (path) => !path.includes(join('client', 'dist')) });
    await run('npm', ['pack'], { cwd: scratch });
    const packed = (await readdir(scratch)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', join(scratch, packed[0]!), '-C', installed, '--strip-components=1']);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  for (const name of ['openapi-fetch', 'socket.io-client', '@types/node']) {
    await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true });
    await symlink(join(MODULES, name), join(folder, 'node_modules', name));
  }
}

/** Compiles these files of the consumer; answers what the compiler said. */
async function compile(files: Record<string, string>, compilerOptions: object): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(consumer, name), text);
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files: Object.keys(files) }));
  const tsc = join(MODULES, 'typescript', 'bin', 'tsc');
  try {
    return (await run(process.execPath, [tsc, '-p', consumer], { cwd: consumer })).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

async function readJson<T>(...path: string[]): Promise<T> {
  return JSON.parse(await readFile(join(ROOT, ...path), 'utf8')) as T;
}

const backend = { lib: ['es2023'], types: ['node'], skipLibCheck: true };
const app = { lib: ['es2022', 'dom'], types: [], skipLibCheck: false };

const USE = `
import { AnteroomClient, AnteroomError, type AnteroomSocket, type Message } from 'anteroom-client';

export async function use(baseUrl: string, name: string): Promise<object> {
  const client = new AnteroomClient({ baseUrl, timeoutMs: 20_000 });
  const { room, isNew } = await client.rooms.create({ room_name: 'OrderNo-1-orderId-1-oderVendor-7', type: 'agent_to_user', agent_id: 141, agent_db: name });
  const { message }: { message: Message } = await client.messages.send({ room_id: room._id, user_type: 'user', user_id: 1, message: 'hello' });
  const cards = await client.rooms.ofAgent({ agent_id: '141', type: 'agent_to_user' }).all();
  const code = await client.rooms.get('0'.repeat(24)).then(() => 'none', (error: unknown) => (error instanceof AnteroomError ? error.code : 'other'));
  return { isNew, seq: message.seq, newest: cards.map(({ chat_Data }) => chat_Data[0]?.message), code };
}

export function listen(socket: AnteroomSocket): void {
  socket.on('new-message', ({ message: { chatData } }) => chatData.seq.toFixed());
  socket.on('agent-location-141', ({ lat }) => lat.trim());
  socket.emit('save-user-location', { agent_id: 141, order_id: 10, lat: '1.2', lng: '3.4' });
}

export function mistakes(client: AnteroomClient, socket: AnteroomSocket): void {
  // @ts-expect-error A room has a name.
  void client.rooms.create({ agent_id: 141 });
  // @ts-expect-error The fields are the wire's own.
  void client.rooms.ofAgent({ agentId: 141, type: 'agent_to_user' });
  // @ts-expect-error An id is a text or a number.
  void client.messages.send({ room_id: 'x', user_type: 'user', user_id: {} });
  // @ts-expect-error A seq is a number.
  void client.messages.history('x').then(([first]) => first?.seq.trim());
  // @ts-expect-error There is no such event.
  socket.on('new-massage', () => undefined);
  // @ts-expect-error Nor does this one carry a room's list.
  socket.on('new-message', ({ roomData }) => void roomData);
  // @ts-expect-error A location has a place.
  socket.emit('save-user-location', { agent_id: 141, order_id: 10 });
}
`;

describe('The packed client', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startApp();
  });

  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  it('holds its build, its README and its licence, and no sources', async () => {
    const names = await readdir(join(consumer, 'node_modules', 'anteroom-client'), { recursive: true });

    expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist', join('dist', 'index.js'), join('dist', 'index.d.ts')]));
    expect(names.filter((name) => !/^(LICENSE|README\.md|package\.json|dist.*)$/.test(name))).toEqual([]);
  });

  it('asks for the versions that it is tested with here', async () => {
    const [project, client] = await Promise.all([readJson<Package>('package.json'), readJson<Package>('client', 'package.json')]);
    const ours = Object.fromEntries(Object.keys(client.dependencies).map((name) => [name, project.devDependencies[name]]));

    expect(client.dependencies).toEqual(ours);
    expect(client.version).toBe(project.version);
  });

  it.each([
    ['a backend', backend],
    ['an app, its declarations checked too', app],
  ])('compiles strictly in %s, and its types catch what is wrong', async (_, options) => {
    expect(await compile({ 'use.ts': USE }, options)).toBe('');
  });

  it('works for that backend, as a module and by require', async () => {
    const { key } = await newTenant(service);
    const other = await newTenant(service);
    expect(await compile({ 'use.ts': USE }, backend)).toBe('');
    const main = "const { use } = await import('./out/use.js'); console.log(JSON.stringify(await use(process.argv[2], process.argv[3])));";
    const required = "const { AnteroomClient } = require('anteroom-client'); new AnteroomClient({ baseUrl: process.argv[2] }).rooms.ofOrder('1').all().then(console.log);";
    await Promise.all([writeFile(join(consumer, 'main.mjs'), main), writeFile(join(consumer, 'required.cjs'), required)]);

    const used = await run(process.execPath, ['main.mjs', `${service.url}/t/${key}/`, key], { cwd: consumer });
    expect(JSON.parse(used.stdout)).toEqual({ isNew: true, seq: 1, newest: ['hello'], code: 'ROOM_NOT_FOUND' });
    expect((await run(process.execPath, ['required.cjs', `${service.url}/t/${other.key}`], { cwd: consumer })).stdout).toBe('[]\n');
  });

  it('compiles every example of its README', async () => {
    const readme = await readFile(join(ROOT, 'client', 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);

    expect(examples.length).toBeGreaterThan(3);
    expect(await compile(Object.fromEntries(examples.map((code, at) => [`example-${at}.ts`, code])), backend)).toBe('');
  });
});

describe('The examples of the AsyncAPI document', () => {
  interface Message {
    readonly name: string;
    readonly payload: { readonly $ref: string };
    readonly examples: { readonly payload: object }[];
  }

  it('have the types that are generated from it, to the last field', async () => {
    const { components } = await readJson<{ components: { messages: Record<string, Message> } }>('swagger', 'asyncapi.json');
    const lines = Object.values(components.messages).flatMap(({ name, payload, examples }) => {
      const type = payload.$ref.replace('#/components/schemas/', '');
      const imported = type.endsWith('Dto') ? `import('anteroom-client').components['schemas']['${type}']` : `import('anteroom-client').${type}`;
      expect([name, examples.length > 0]).toEqual([name, true]);
      return examples.map((example) => `void (${JSON.stringify(example.payload)} satisfies ${imported});`);
    });

    expect(await compile({ 'examples.ts': `${lines.join('\n')}\nexport {};\n` }, backend)).toBe('');
  });
});
