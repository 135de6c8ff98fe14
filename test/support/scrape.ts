import type { TestApp } from './app.js';

/** A series of a scrape: its name, labels and value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What `/metrics` of a service says. */
export async function scrape({ url }: Pick<TestApp, 'url'>): Promise<Series[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = line.startsWith('#') ? [] : (LINE.exec(line) ?? []);
    return name === undefined ? [] : [{ name, labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, said]) => [label, said])), value: Number(value) }];
  });
}

/** The sum of the series of that name that have all these labels. */
export function valueOf(all: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return all
    .filter((series) => series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
