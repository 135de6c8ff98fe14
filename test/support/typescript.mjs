/** Lets a plain Node process (`node --import`, or this import first) load the TypeScript sources as they are. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
