import { existsSync, readFileSync } from 'node:fs';

/** The version of this service, as the package says that these files are of. */
export function findVersion(): string {
  // A build may lie deeper in its package, in a folder with a package.json that only says what its files are.
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder);
    const { version } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }) : {};
    if (version !== undefined) return version;
    if (folder.href === new URL('..', folder).href) return 'unknown';
  }
}
