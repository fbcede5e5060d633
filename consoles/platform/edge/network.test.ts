import { expect, test } from 'vitest'
import { holds, type Network, overlap, readNetwork } from './network.ts'

const network = (written: string): Network => {
  const read = readNetwork(written)
  if ('wrong' in read) throw new Error(`${written} is no network`)
  return read
}

test.each([
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['203.0.113.7', '203.0.113.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8:0:0:0:0:0:0/32', '2001:db8::/32'],
  ['2001:db8::1', '2001:db8::1/128'],
  ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
  ['::ffff:c000:201', '192.0.2.1/32'],
])('P-06 %s is kept as %s', (written, cidr) => {
  expect(network(written).cidr).toBe(cidr)
})

test.each([
  ...['203.0.113.1/24', '2001:db8::1/64', '203.0.113.0/33', '2001:db8::/129', '::/0', '::ffff:0:0/95'],
  ...[
    '10.1',
    '0x7f.0.0.1',
    '010.0.0.1/32',
    '203.0.113.0/',
    '203.0.113.0/024',
    '203.0.113.0/24/1',
    'office',
    '',
  ],
  ...['fe80::1%eth0', '203.0.113.0/-1', ' 203.0.113.0/24'],
])('P-06 "%s" is no network', (written) => {
  expect(readNetwork(written)).toHaveProperty('wrong')
})

test('P-06 IPv4 mapped into IPv6 is the IPv4 address that it stands for; what is no address is in no network', () => {
  const office = network('203.0.113.0/24')
  for (const inside of ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:CB00:7109']) {
    expect(holds(office, inside)).toBe(true)
  }
  for (const outside of ['203.0.114.1', '2001:db8::1', '::203.0.113.9', 'unknown', '', '203.0.113.9:443']) {
    expect(holds(office, outside)).toBe(false)
  }
  expect(holds(network('2001:db8::/32'), '2001:db8:ffff::1')).toBe(true)
})

test('P-06 two networks overlap where one is in the other, of one family', () => {
  expect(overlap(network('203.0.113.0/24'), network('203.0.113.128/25'))).toBe(true)
  expect(overlap(network('203.0.113.128/25'), network('203.0.113.0/24'))).toBe(true)
  expect(overlap(network('203.0.113.0/25'), network('203.0.113.128/25'))).toBe(false)
  expect(overlap(network('0.0.0.0/0'), network('2001:db8::/32'))).toBe(false)
  expect(overlap(network('::ffff:203.0.113.0/120'), network('203.0.113.0/24'))).toBe(true)
})
