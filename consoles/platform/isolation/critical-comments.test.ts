import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// Where the isolation would break if the line were another: whoever comes to it reads which rule it keeps.
const CRITICAL_POINTS = [
  ['../roles.ts', 'P-11'],
  ['../upstreams.ts', 'P-11'],
  ['./closed-path.ts', 'P-11'],
  ['./not-let-in.ts', 'P-11'],
  ['../gateway/override-gateway.ts', 'P-11'],
  ['../gateways/gateways-port.ts', 'P-11'],
  ['../system-config/config-change.ts', 'P-08'],
  ['../../treasury/console.ts', 'P-11'],
] as const

test.each(CRITICAL_POINTS)('P-12 P-11 the critical point in %s says that it keeps %s', (file, rule) => {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  expect(source).toMatch(new RegExp(`(?://|\\*) ?CRITICAL: (?:P-\\d\\d )*${rule}\\b`))
  // And none is named in another way, which this would not find.
  expect(source).not.toMatch(/CRITICAL(?!: P-\d\d[ ,])/)
})
