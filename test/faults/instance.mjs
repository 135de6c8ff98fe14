import { resolve } from 'node:path';

import { startChild } from '../../bench/processes.mjs';

const SERVICE = resolve(import.meta.dirname, '../../dist/main.js');

/** One process of the built service on a port of its own, which it has again after each start. */
export class Instance {
  #options;
  #children = [];

  constructor({ name, port, variables, folder, nodeOptions = [] }) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#options = { name, file: SERVICE, variables: { PORT: String(port), ...variables }, folder, nodeOptions };
  }

  /** The process that runs, or ran last. */
  get child() {
    return this.#children.at(-1);
  }

  /** Resolves when it listens. */
  async start() {
    await startChild(this.#options, (child) => this.#children.push(child));
  }

  /** SIGKILL; resolves when it is gone. */
  async kill() {
    process.kill(this.child.pid, 'SIGKILL');
    await this.child.stop();
  }

  /** SIGTERM; resolves when it is gone. */
  async stop() {
    await this.child?.stop();
  }

  /** Everything that its processes have said. */
  async said() {
    return (await Promise.all(this.#children.map((child) => child.said()))).join('');
  }
}
