/** An error that the caller may read: `message` is safe to show, `code` is one of the wire's codes, `status` is the HTTP status. */
export abstract class AppError extends Error {
  protected constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    options?: ErrorOptions & { readonly retryAfterSeconds?: number },
  ) {
    super(message, options);
    this.name = new.target.name;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  /** Whole seconds after which the same call is worth repeating; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
}
