// Writes swagger/openapi.json from the built service; with --check it writes nothing and fails when the committed file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'openapi.json');
const { describeService } = await import('../dist/describe.js');
const document = `${JSON.stringify(await describeService(), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, document);
  console.log('swagger/openapi.json written');
} else if (readFileSync(file, 'utf8') === document) {
  console.log('swagger/openapi.json is up to date');
} else {
  console.error('swagger/openapi.json is stale: run `npm run swagger` and commit it');
  process.exitCode = 1;
}
