import { expect, test } from 'vitest'
import { addressOf, type Network, overlap, readNetwork } from './network.ts'

function network(written: string): Network {
  const read = readNetwork(written)
  if (typeof read === 'string') throw new Error(`${written} ${read}`)
  return read
}

test.each([
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['198.51.100.7', '198.51.100.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8:0:0:0:0:0:0/32', '2001:db8::/32'],
  ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1/128'],
  ['2001:0:0:1:0:0:0:0/64', '2001:0:0:1::/64'],
  ['::1', '::1/128'],
  ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
  ['::ffff:cb00:7107', '203.0.113.7/32'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
])('P-06 %s is kept as %s', (written, kept) => {
  expect(network(written).cidr).toBe(kept)
  expect(network(kept).cidr).toBe(kept)
})

test.each([
  ['203.0.113.7/24', /address in 203\.0\.113\.0\/24$/],
  ['2001:db8::1/32', /address in 2001:db8::\/32$/],
  ['::ffff:203.0.113.7/120', /^must be a network/],
  ['::/0', /::ffff:0:0\/96/],
  ['::/8', /name the IPv4 network by itself$/],
  ['203.0.113.0/33', /at most 32/],
  ['2001:db8::/129', /at most 128/],
  ['203.0.113.0/-1', /CIDR/],
  ['203.0.113.0/', /CIDR/],
  ['203.0.113.0/24/24', /CIDR/],
  ['203.0.113.0/024', /CIDR/],
  ['203.0.113/24', /CIDR/],
  ['0203.0.113.0/24', /CIDR/],
  ['fe80::1%eth0', /CIDR/],
  ['localhost', /CIDR/],
  ['', /CIDR/],
])('P-06 %s is refused: %s', (written, why) => {
  expect(readNetwork(written)).toMatch(why)
})

test('P-06 networks overlap where they share an address, under whichever name, and never across families', () => {
  expect(overlap(network('10.0.0.0/8'), network('10.255.255.255'))).toBe(true)
  expect(overlap(network('10.0.0.0/8'), network('::ffff:10.1.0.0/112'))).toBe(true)
  expect(overlap(network('10.0.0.0/8'), network('11.0.0.0/8'))).toBe(false)
  expect(overlap(network('2001:db8::/33'), network('2001:db8:8000::/33'))).toBe(false)
  expect(overlap(network('0.0.0.0/0'), network('2001:db8::/32'))).toBe(false)
})

test('P-06 an address is one address, not a network', () => {
  expect(addressOf('::ffff:203.0.113.7')?.cidr).toBe('203.0.113.7/32')
  expect(addressOf('203.0.113.0/24')).toBeUndefined()
  expect(addressOf('nowhere')).toBeUndefined()
})
