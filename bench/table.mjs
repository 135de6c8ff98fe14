const COLUMNS = [
  ['', ({ name }) => name],
  ['answers/s', ({ perSecond }) => short(perSecond)],
  ['p50 ms', ({ p50 }) => short(p50)],
  ['p99 ms', ({ p99 }) => short(p99)],
  ['CPU s/1,000', ({ cpu }) => short(cpu)],
  ['mongod CPU s/1,000', ({ mongodCpu }) => short(mongodCpu)],
  ['RSS MB', ({ rss }) => short(rss)],
  ['bytes', ({ bytes }) => (bytes > 0 ? Math.round(bytes).toLocaleString('en') : '')],
];

/** The cells of what was measured, headings first. */
export function toRowCells(rows) {
  return [COLUMNS.map(([heading]) => heading), ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
}

/** The cells of other things that were counted. */
export function toFactCells(facts) {
  return [['', ''], ...facts.map(({ name, value, unit = '' }) => [name, `${typeof value === 'number' ? short(value) : value} ${unit}`.trim()])];
}

/** The cells of the ratios beside what is wanted of them. */
export function toRatioCells(ratios) {
  return [['', 'measured', 'wanted', ''], ...ratios.map((ratio) => [ratio.name, short(ratio.value), toWanted(ratio), toMark(ratio)])];
}

function toWanted({ least, most }) {
  if (least !== undefined) return `≥ ${least}`;
  return most === undefined ? '' : `≤ ${most.toLocaleString('en')}`;
}

function toMark({ value, least = -Infinity, most = Infinity }) {
  if (least === -Infinity && most === Infinity) return '';
  return value >= least && value <= most ? 'ok' : 'MISSED';
}

/** Three digits, or whole from 100 on. */
function short(value) {
  if (value === undefined || value === null) return '';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

/** Cells as columns for a terminal, the first one to the left. */
export function toText(cells) {
  const widths = cells[0].map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  return cells.map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ')).join('\n');
}

/** Cells as a table of Markdown. */
export function toMarkdown([headings, ...rows]) {
  return [headings, headings.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
