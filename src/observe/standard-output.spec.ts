import { StandardOutput } from './standard-output.js';

/** Takes as many bytes as it has room for, and says why it takes no more. */
class Disk {
  private readonly parts: Buffer[] = [];

  constructor(
    public room: number,
    private readonly why: string,
  ) {}

  readonly write = (bytes: Buffer): number => {
    if (this.room === 0) throw Object.assign(new Error(this.why), { code: this.why });
    const some = bytes.subarray(0, this.room);
    this.parts.push(some);
    this.room -= some.length;
    return some.length;
  };

  get taken(): string {
    return Buffer.concat(this.parts).toString();
  }
}

describe('Standard output', () => {
  it('goes on with the very byte where nothing was taken for a while', () => {
    const disk = new Disk(5, 'EAGAIN');
    const output = new StandardOutput(disk.write);
    output.write('first\n');
    output.flush();
    output.write('sécond\n');
    disk.room = 3;
    output.flush();
    disk.room = 100;
    output.flush();
    expect(disk.taken).toBe('first\nsécond\n');
  });

  it.each([
    ['keeps the next line apart from one that was torn where there was no more room', 9, 'first\nsec\nthird\n'],
    ['writes no empty line where none was torn', 6, 'first\nthird\n'],
  ])('%s', (_what, room, expected) => {
    const disk = new Disk(room, 'ENOSPC');
    const output = new StandardOutput(disk.write);
    output.write('first\nsecond\n');
    output.flush();
    disk.room = 100;
    output.write('third\n');
    output.flush();
    expect(disk.taken).toBe(expected);
  });

  it('keeps a megabyte for a reader who does not read, and no more', () => {
    const disk = new Disk(0, 'EAGAIN');
    const output = new StandardOutput(disk.write);
    const line = `${'x'.repeat(999)}\n`;
    for (let count = 0; count < 3_000; count++) output.write(line);
    disk.room = Infinity;
    output.flush();
    expect(disk.taken.length).toBeGreaterThan(1_000_000);
    expect(disk.taken.length).toBeLessThan(1_060_000);
    expect(new Set(disk.taken.split('\n'))).toEqual(new Set([line.trim(), '']));
  });
});
