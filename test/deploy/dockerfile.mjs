// Does what a Dockerfile says without Docker: each stage is a folder, and RUN runs there, on this machine's own Node and shell.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join, matchesGlob } from 'node:path';

// As much of the language as ours uses; anything else is refused.
const INSTRUCTION = /^(FROM|ENV|WORKDIR|COPY|RUN|USER|EXPOSE|HEALTHCHECK|CMD) +(.*)$/;

/** The last stage: its folder, working folder, environment, user, and the commands of HEALTHCHECK and CMD. */
export async function makeImage(context, scratch) {
  const stages = new Map();
  const isSent = toFilter(await readFile(join(context, '.dockerignore'), 'utf8'));
  let stage = null;
  for (const line of (await readFile(join(context, 'Dockerfile'), 'utf8')).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, rest] = INSTRUCTION.exec(line) ?? [];
    if (name === undefined) throw new Error(`Dockerfile: this is not understood here: ${line}`);
    if (name === 'FROM') {
      stage = await begin(rest, stages, join(scratch, `stage-${stages.size}`));
    } else {
      console.log(`        ${name} ${rest.length > 100 ? `${rest.slice(0, 100)}…` : rest}`);
      await steps[name](stage, rest, { context, isSent, stages });
    }
  }
  return stage;
}

async function begin(rest, stages, root) {
  const [, from, name] = /^(\S+)(?: AS (\S+))?$/.exec(rest);
  console.log(`        FROM ${rest}`);
  const base = stages.get(from);
  const stage = { root, workdir: '/', env: { ...base?.env }, user: null, health: null, command: null };
  await mkdir(root, { recursive: true });
  if (base !== undefined) await cp(base.root, root, { recursive: true, verbatimSymlinks: true });
  stages.set(name ?? '', stage);
  return stage;
}

const steps = {
  ENV(stage, rest) {
    const [, name, value] = /^(\w+)=(\S*)$/.exec(rest);
    stage.env[name] = value;
  },
  async WORKDIR(stage, rest) {
    stage.workdir = rest;
    await mkdir(join(stage.root, rest), { recursive: true });
  },
  async COPY(stage, rest, { context, isSent, stages }) {
    const [, from, names] = /^(?:--from=(\S+) )?(.*)$/.exec(rest);
    const sources = names.split(' ');
    const target = join(stage.root, stage.workdir, sources.pop());
    const origin = from === undefined ? context : stages.get(from).root;
    const filter = from === undefined ? (path) => isSent(path.slice(context.length + 1)) : () => true;
    for (const source of sources) {
      const into = target.endsWith('/') ? join(target, basename(source)) : target;
      if (!filter(join(origin, source))) throw new Error(`Dockerfile: .dockerignore leaves out ${source}`);
      await cp(join(origin, source), into, { recursive: true, verbatimSymlinks: true, filter });
    }
  },
  async RUN(stage, rest) {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_cache: process.env.npm_config_cache, ...stage.env };
    const child = spawn('/bin/sh', ['-c', rest], { cwd: join(stage.root, stage.workdir), env, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`Dockerfile: exit code ${code} of RUN ${rest}`);
  },
  USER(stage, rest) {
    const [uid, gid] = rest.split(':').map(Number);
    stage.user = { uid, gid };
  },
  EXPOSE() {
    // Says something to people only.
  },
  HEALTHCHECK(stage, rest) {
    stage.health = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4));
  },
  CMD(stage, rest) {
    stage.command = JSON.parse(rest);
  },
};

/** Whether a path of the context is sent to the build: the last pattern that matches it, or a folder that it is in, decides. */
function toFilter(text) {
  const patterns = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rules = patterns.map((line) => (line.startsWith('!') ? { glob: line.slice(1), isSent: true } : { glob: line, isSent: false }));
  return (path) => {
    const parts = path.split('/');
    const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return rules.findLast(({ glob }) => paths.some((one) => matchesGlob(one, glob)))?.isSent ?? true;
  };
}

/** All files below a folder, by their paths in it. */
export async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}
