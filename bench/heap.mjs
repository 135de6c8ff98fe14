import { once } from 'node:events';

import WebSocket from 'ws';

const DEBUGGER = /Debugger listening on (ws:\/\/\S+)/;
const COLLECTIONS = 4;

/** What a process has to be started with so that its heap can be looked at. */
export const INSPECTED = ['--inspect=127.0.0.1:0'];

/** Bytes of memory of an inspected process (`heapUsed`, `external`, `rss`) after what nobody holds any more has gone. */
export async function memoryOf(child) {
  const [, address] = DEBUGGER.exec(await child.said());
  const socket = new WebSocket(address);
  await once(socket, 'open');
  try {
    for (let time = 0; time < COLLECTIONS; time++) await ask(socket, 'HeapProfiler.collectGarbage');
    const { result } = await ask(socket, 'Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true });
    return result.value;
  } finally {
    socket.close();
  }
}

let asked = 0;

async function ask(socket, method, params = {}) {
  const id = ++asked;
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [text] = await once(socket, 'message');
    const answer = JSON.parse(text);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    if (answer.id === id) return answer.result;
  }
}
