/** Says on standard error what runs: on a terminal in one line, else a line each. */
export function startProgress(cases) {
  const began = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  const elapsed = () => Math.round((performance.now() - began) / 1_000);
  let at = 0;
  let name = '';
  const say = (text) => process.stderr.write(isTerminal ? `\r\u001B[K${text}` : `${text}\n`);
  return {
    begin: (next) => {
      at += 1;
      name = next;
    },
    step: (text) => say(`[${'#'.repeat(at)}${'.'.repeat(cases - at)}] ${at} of ${cases}  ${elapsed()} s  ${name}: ${text}`),
    clear: () => isTerminal && say(''),
    elapsed,
  };
}
