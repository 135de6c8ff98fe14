/** How a deployment is reached. */
export interface AnteroomOptions {
  /** The deployment's base URL, such as `https://chat.example.com/t/acme`; an origin alone where the deployment has a host of its own. */
  readonly baseUrl: string;
  /** The caller's credential, where the deployment asks for one; a function is asked anew for every call and connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** In place of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How long a call may take, 10 s unless said otherwise. */
  readonly timeoutMs?: number;
}
