/** A thread that refuses every call as fast as `node:http` can, and says its URL: what the calls of a neighbour cost the machine whoever is called. */
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(429, { 'content-length': 0 }).end();
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(`http://127.0.0.1:${server.address().port}`));
