import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KILOBYTE = 1_024;

/** A file system of its own, in memory, as large as it is told to be. */
export class Disk {
  private constructor(readonly folder: string) {}

  /** Null where none can be mounted, as only root may. */
  static mount(kilobytes: number): Disk | null {
    const folder = mkdtempSync(join(tmpdir(), 'anteroom-disk-'));
    if (mount(folder, `size=${kilobytes}k`)) return new Disk(folder);
    rmdirSync(folder);
    return null;
  }

  /** From now on it has room for so much more than is on it. */
  async leave(kilobytes: number): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.folder);
    const used = Math.ceil(((blocks - bfree) * bsize) / KILOBYTE);
    if (!mount(this.folder, `remount,size=${used + kilobytes}k`)) throw new Error(`${this.folder} stays as large as it is`);
  }

  unmount(): void {
    // Also where somebody still has a file open on it: then it goes with the last of them.
    spawnSync('umount', ['-l', this.folder]);
    rmdirSync(this.folder);
  }
}

function mount(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

async function canBeHad(): Promise<boolean> {
  const disk = Disk.mount(KILOBYTE);
  try {
    await disk?.leave(KILOBYTE);
    return disk !== null;
  } catch {
    return false;
  } finally {
    disk?.unmount();
  }
}

const isHere = await canBeHad();

if (!isHere) process.stderr.write('No file system can be mounted here (root may): the test of a disk that is full is skipped.\n');

/** `it` for a test that needs one: where it cannot be had the test counts as skipped, never as passed. */
export const itWithDisk = isHere ? it : it.skip;
