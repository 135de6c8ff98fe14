import { toText } from '../../bench/table.mjs';

const COLUMNS = [
  ['fault', ({ period }) => period.fault],
  ['acknowledged', ({ acknowledged }) => String(acknowledged)],
  ['found once', ({ once }) => String(once)],
  ['seen by all', ({ seen }) => String(seen)],
  ['lost', ({ lost }) => String(lost)],
  ['doubled', ({ doubled }) => String(doubled)],
  ['out of order', ({ outOfOrder }) => String(outOfOrder)],
  ['longest pause', ({ period }) => toSeconds(period.longestPause)],
  ['longest answer', ({ period }) => toSeconds(period.longestAnswer)],
  ['sent again', ({ period }) => String(period.retries)],
  ['answered again', ({ period }) => String(period.replays)],
];

function toSeconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

export function toTable(rows) {
  return toText([COLUMNS.map(([heading]) => heading), ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))]);
}

/** Whether nothing of a fault is lost, doubled, out of order or unseen. */
export function isGood({ acknowledged, seen, lost, doubled, outOfOrder }) {
  return acknowledged > 0 && seen === acknowledged && lost + doubled + outOfOrder === 0;
}
