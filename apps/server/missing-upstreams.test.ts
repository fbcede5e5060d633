import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { composeTested } from '@countersign/testkit/tested-consoles.ts'
import { expect, test } from 'vitest'
import { ConfigurationError } from './config.ts'
import { composeConsoles } from './consoles.ts'

const observe = () => undefined
/** A console of somebody's own, on two systems that the product has never heard of. */
const mountGarden: MountConsole = (connect) => {
  connect('beds')
  connect('sheds')
  return mountConsole({ ...kernelConsole, name: 'garden' }, undefined)
}

test('K-38 O-03 a console whose upstreams have no address is named, with every variable that is to be set', () => {
  const beds = { beds: { url: 'http://127.0.0.1:9', key: 'none' } }
  expect(() => composeConsoles(beds, observe, [mountGarden])).toThrow(
    new ConfigurationError([
      'The console garden works on the upstream sheds, which is not configured: set UPSTREAM_URL_SHEDS and UPSTREAM_KEY_SHEDS.',
    ]),
  )
  expect(() => composeConsoles({}, observe, [mountGarden])).toThrow(
    /UPSTREAM_KEY_BEDS\.\n.*UPSTREAM_KEY_SHEDS\./,
  )
  const both = { ...beds, sheds: { url: 'http://127.0.0.1:9', key: 'none' } }
  const { consoles, connectors } = composeConsoles(both, observe, [mountGarden])
  expect(consoles.map(({ name }) => name)).toEqual(['kernel', 'garden'])
  expect(connectors.map(({ name }) => name)).toEqual(['beds', 'sheds'])
})

test('K-38 a test that says nothing of a console’s upstream runs without that console, and with every other', () => {
  const own = ['cts', 'ledger', 'recon', 'compliance'].map((name) => [
    name,
    { url: 'http://127.0.0.1:1', key: 'k' },
  ])
  const names = (upstreams: Parameters<typeof composeTested>[0]) =>
    composeTested(upstreams, observe, [mountGarden]).consoles.map(({ name }) => name)
  expect(names(Object.fromEntries(own))).not.toContain('garden')
  expect(composeTested(Object.fromEntries(own), observe).consoles.map(({ name }) => name)).toContain(
    'transfers',
  )
  expect(
    names({
      beds: { url: 'http://127.0.0.1:1', key: 'k' },
      sheds: { url: 'http://127.0.0.1:9', key: 'none' },
    }),
  ).not.toContain('garden')
  expect(
    names({ beds: { url: 'http://127.0.0.1:1', key: 'k' }, sheds: { url: 'http://127.0.0.1:1', key: 'k' } }),
  ).toContain('garden')
})
