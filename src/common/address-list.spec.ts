import { isAddressIn, isCidr } from './address-list.js';

describe('isCidr', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0/0',
    '10.0.0.0/8',
    '192.168.101.88/32',
    '::1',
    '::/0',
    '::1/128',
    'fd00::/8',
    '2001:db8::/32',
    '::ffff:10.0.0.0/104',
  ])('takes %s', (cidr) => {
    expect(isCidr(cidr)).toBe(true);
  });

  it.each([
    '',
    '/',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/9',
    '10.0.0.0/8.0',
    '10.0.0.0/0x8',
    '10.0.0.0/ 8',
    ' 10.0.0.0/8',
    '10.0.0/8',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0-10.0.0.9',
    '10.0.0.0,10.0.0.1',
    '::1/129',
    ':::1',
    '[::1]',
    'localhost',
    'chat.acme.example',
    '*',
    'any',
  ])('refuses %p', (cidr) => {
    expect(isCidr(cidr)).toBe(false);
  });
});

describe('isAddressIn', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['127.0.0.1', ['127.0.0.0/8']],
    ['127.255.255.255', ['127.0.0.0/8']],
    ['10.1.2.3', ['192.168.0.0/16', '10.0.0.0/8']],
    ['10.1.2.3', ['10.9.9.9/8']],
    ['203.0.113.7', ['0.0.0.0/0']],
    ['::1', ['::1/128']],
    ['fd00::1', ['fd00::/8']],
    ['FD00::1', ['fd00::/8']],
    ['0:0:0:0:0:0:0:1', ['::1']],
  ])('finds %s in %j', (address, cidrs) => {
    expect(isAddressIn(address, cidrs)).toBe(true);
  });

  it.each([
    ['127.0.0.1', []],
    ['127.0.0.2', ['127.0.0.1']],
    ['128.0.0.0', ['127.0.0.0/8']],
    ['11.0.0.0', ['10.0.0.0/8']],
    ['9.255.255.255', ['10.0.0.0/8']],
    ['::1', ['127.0.0.1']],
    ['127.0.0.1', ['::1/128']],
    ['203.0.113.7', ['2000::/3']],
    ['2001:db8::1', ['0.0.0.0/0']],
    ['fe00::1', ['fd00::/8']],
  ])('does not find %s in %j', (address, cidrs) => {
    expect(isAddressIn(address, cidrs)).toBe(false);
  });

  it.each(['::ffff:10.1.2.3', '::FFFF:10.1.2.3'])('takes %s, an IPv4 address in the form that a dual-stack socket reports, for IPv4', (address) => {
    expect(isAddressIn(address, ['10.0.0.0/8'])).toBe(true);
    expect(isAddressIn(address, ['192.168.0.0/16'])).toBe(false);
  });

  it('finds a link-local address whatever interface it names', () => {
    expect(isAddressIn('fe80::1%eth0', ['fe80::/10'])).toBe(true);
  });

  it.each(['', 'unknown', 'localhost', '10.1.2.3:8080', '[::1]', '10.1.2', '10.1.2.3, 10.1.2.4', '_hidden'])('finds %p, which is no address, nowhere', (address) => {
    expect(isAddressIn(address, ['0.0.0.0/0', '::/0'])).toBe(false);
  });

  it('keeps the lists of different tenants apart', () => {
    const [office, home] = [['10.0.0.0/8'], ['192.168.0.0/16']];
    expect([isAddressIn('10.1.2.3', office), isAddressIn('10.1.2.3', home)]).toEqual([true, false]);
    expect([isAddressIn('192.168.1.1', office), isAddressIn('192.168.1.1', home)]).toEqual([false, true]);
  });
});
