// Writes swagger/openapi.json from the built service, and swagger/asyncapi.json with it; with --check it writes nothing and fails when a committed
// file is stale.
import { join } from 'node:path';

import { describeEvents } from './asyncapi.mjs';
import { writeOrCheck } from './write-or-check.mjs';

const { describeService } = await import('../dist/describe.js');
// As it is written: without what JSON leaves out.
const openapi = JSON.parse(JSON.stringify(await describeService()));

for (const [name, document] of Object.entries({ 'openapi.json': openapi, 'asyncapi.json': describeEvents(openapi) })) {
  writeOrCheck(join(import.meta.dirname, name), `${JSON.stringify(document, null, 2)}\n`, 'npm run swagger');
}
