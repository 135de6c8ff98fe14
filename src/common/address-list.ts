import { BlockList, isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** True where `cidr` is an address or a network such as `10.0.0.0/8` or `fd00::/8`. */
export function isCidr(cidr: string): boolean {
  const { bits, family, rest } = parsed(cidr);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  return Number(bits) <= (family === 4 ? 32 : 128);
}

/** True where `address` lies in one of `cidrs`; an IPv4 address written as IPv6 counts as IPv4. */
export function isAddressIn(address: string, cidrs: readonly string[]): boolean {
  if (cidrs.length === 0) return false;
  const plain = MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return false;
  return listOf(cidrs).check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

// Tenants are kept in memory between calls, so a tenant's list is built once.
const lists = new WeakMap<readonly string[], BlockList>();

function listOf(cidrs: readonly string[]): BlockList {
  const known = lists.get(cidrs);
  if (known !== undefined) return known;
  const list = new BlockList();
  for (const cidr of cidrs) addTo(list, cidr);
  lists.set(cidrs, list);
  return list;
}

function addTo(list: BlockList, cidr: string): void {
  const { address, bits, family } = parsed(cidr);
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
}

function parsed(cidr: string): { address: string; bits: string; family: number; rest: string[] } {
  const [address = '', bits, ...rest] = cidr.split('/');
  const family = isIP(address);
  return { address, bits: bits ?? (family === 4 ? '32' : '128'), family, rest };
}
