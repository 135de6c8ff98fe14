import { Progress } from './maintenance/index.js';

/** What every command takes. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Prints the value as JSON, or as `toText` writes it for people. */
export function print<T extends object>({ json }: OutputOptions, value: T, toText: (value: T) => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(value, null, 2) : toText(value)}\n`);
}

/** Shows on standard error how far the work is; that line is left to others however it ends. */
export async function withProgress<R>(work: (progress: Progress) => Promise<R>): Promise<R> {
  const progress = new Progress(process.stderr);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}

/** A line for each field. */
export function toLines(value: object): string {
  return Object.entries(value)
    .map(([field, inner]) => `${field.padEnd(13)} ${toCell(inner)}`)
    .join('\n');
}

/** A line for each row under the head, in columns. */
export function toTable(head: readonly string[], values: readonly (readonly unknown[])[]): string {
  const rows = [head, ...values.map((row) => row.map(toCell))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

function toCell(value: unknown): string {
  if (value === null) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
