import { randomBytes } from 'node:crypto';

import type { LookupSettings } from '../../src/tenancy/index.js';
import { answering, TokenServer } from '../support/token-server.js';

const AWAY = 'away';

/** Tokens that say nothing themselves, and the server that is asked whose they are: by each deployment at a path of its own, where it knows that one's people only. */
export class OpaqueTokens {
  private readonly people = new Map<string, object>();

  private constructor(private readonly server: TokenServer) {
    server.answer = (request, response) => {
      const token = request.headers.authorization ?? '';
      const person = this.people.get(`${String(request.url)} ${token}`);
      const answer = token.startsWith(AWAY) ? answering({}, 500) : answering(person ?? {}, person === undefined ? 401 : 200);
      answer(request, response);
    };
  }

  static async start(): Promise<OpaqueTokens> {
    return new OpaqueTokens(await TokenServer.start());
  }

  /** How a deployment of this name asks. */
  lookupOf(name: string): Partial<LookupSettings> {
    return { url: `${this.server.url}/${name}`, subject_path: 'sub', role_path: 'role', vendor_ids_path: 'vendor_ids' };
  }

  /** A token of one of the people of the deployment of this name. */
  issue(name: string, person: object): string {
    const token = toToken('of-a-person');
    this.people.set(`/${name} ${token}`, person);
    return token;
  }

  /** A token that no server knows. */
  unknown(): string {
    return toToken('unknown');
  }

  /** A token of which the server fails to say anything. */
  failing(): string {
    return toToken(AWAY);
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

function toToken(kind: string): string {
  return `${kind}-${randomBytes(12).toString('hex')}==`;
}
