/** Prints the true numbers alone on the last line: `N passed, N failed`, and `, N skipped` where some were. Where the run is ended first, the files that were not done. */
export default class ClosingLineReporter {
  #running = new Set();

  onRunStart() {
    process.once('SIGTERM', () => {
      process.stdout.write(`ended while these ran:\n${[...this.#running].join('\n')}\n`);
      process.exit(143);
    });
  }

  onTestFileStart({ path }) {
    this.#running.add(path);
  }

  onTestFileResult({ path }) {
    this.#running.delete(path);
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = results;
    // A file that could not even be run has no tests to count; it counts as one failure.
    const broken = testResults.filter((file) => file.testExecError != null).length;
    const skipped = numPendingTests + numTodoTests;
    const line = `${numPassedTests} passed, ${numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // Jest writes its own summary to standard error; a moment later both streams are in order.
    process.on('exit', () => process.stdout.write(`${line}\n`));
  }
}
