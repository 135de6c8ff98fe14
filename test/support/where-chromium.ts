import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine, from the PATH or where Debian puts it, or null. */
export const chromiumPath = findChromium();

/** `it` for a test that needs a browser: without one the test counts as skipped, never as passed. */
export const itInBrowser = chromiumPath === null ? it.skip : it;

/** Flags under which it runs without a screen, as root too, and calls nobody by itself. */
export const CHROMIUM_FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

function findChromium(): string | null {
  const folders = [...(process.env.PATH ?? '').split(':').filter((folder) => folder !== ''), '/usr/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
