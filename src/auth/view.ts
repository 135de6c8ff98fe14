import { hashOf } from '../common/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { Caller, Role } from './caller.js';
import { escapeTexts } from './escaping.js';
import { maskPerson, toMask, type Mask } from './masking.js';

/** How what is stored is shown to some of a tenant's callers. */
export class View {
  /** Tells the view from every other one of its tenant with the same settings; empty for the one that shows everything as it is stored. */
  readonly id: string;

  constructor(
    private readonly mask: Mask,
    private readonly escapes: boolean,
  ) {
    const isPlain = mask.size === 0 && !escapes;
    this.id = isPlain ? '' : hashOf([...mask, escapes]).slice(0, 16);
  }

  /** True where everything is shown as it is stored. */
  get isPlain(): boolean {
    return this.id === '';
  }

  /** A room, a person or a message of a person, in the wire's form, as these callers may see it. */
  show<T extends object>(wire: T): T {
    if (this.isPlain) return wire;
    const masked = this.mask.size === 0 ? wire : maskPerson(wire, this.mask);
    return this.escapes ? escapeTexts(masked) : masked;
  }
}

const views = new WeakMap<Tenant, Map<Role, View>>();

/** The view that the tenant gives this caller, by its role. */
export function viewOf(tenant: Tenant, { role }: Caller): View {
  const ofTenant = views.get(tenant) ?? new Map<Role, View>();
  views.set(tenant, ofTenant);
  const { masking, escape_html: escapes } = tenant.settings;
  const view = ofTenant.get(role) ?? new View(toMask(masking, role), escapes);
  ofTenant.set(role, view);
  return view;
}
