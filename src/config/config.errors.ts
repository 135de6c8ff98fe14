/** The environment holds wrong values; the message names each variable. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The service cannot start: ${faults.join('; ')}. See .env.example.`);
    this.name = 'ConfigError';
  }
}
