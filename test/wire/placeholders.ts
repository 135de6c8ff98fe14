const PLACEHOLDER = /^<(id|date|text)(?: ([^<>]+))?>$/;
const WITHIN = /<(?:id|date) [^<>]+>/g;
const FORMS = { id: /^[0-9a-f]{24}$/, date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, text: /\S/ } as const;

/**
 * What recorded calls say for the values that differ in each replay: `<id>` is any id, `<date>` any date, `<text>` any sentence;
 * `<id agent room>` takes its value where it first occurs and is the same from then on, and no two names are the same id.
 */
export class Placeholders {
  private readonly known = new Map<string, string>();

  /** A recorded request with the values known so far. */
  fill<T>(recorded: T): T {
    return JSON.parse(JSON.stringify(recorded).replace(WITHIN, (placeholder) => this.known.get(placeholder) ?? placeholder)) as T;
  }

  /** What an answer must equal. */
  expected(recorded: unknown, actual: unknown): unknown {
    if (typeof recorded === 'string') return this.expectedText(recorded, actual);
    if (typeof recorded !== 'object' || recorded === null) return recorded;
    const entries = Object.entries(recorded).map(([key, value]) => [key, this.expected(value, (actual as Record<string, unknown> | null | undefined)?.[key])]);
    return Array.isArray(recorded) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
  }

  private expectedText(recorded: string, actual: unknown): unknown {
    const [, kind, name] = PLACEHOLDER.exec(recorded) ?? [];
    if (kind === undefined) return recorded;
    const form = FORMS[kind as keyof typeof FORMS];
    if (name === undefined) return expect.stringMatching(form);
    const known = this.known.get(recorded);
    if (known !== undefined) return known;
    if (typeof actual !== 'string' || !form.test(actual)) return expect.stringMatching(form);
    if (kind === 'id' && [...this.known.values()].includes(actual)) return `${recorded}, an id of its own`;
    this.known.set(recorded, actual);
    return actual;
  }
}
