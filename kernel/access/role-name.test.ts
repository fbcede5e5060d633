import { expect, test } from 'vitest'
import { consoleOfRole, isOfOwnConsole } from './role-name.ts'

test.each([
  ['transfers/OPS', 'transfers'],
  ['transfers/OPS/EU', 'transfers'],
  ['/OPS', ''],
  ['OPS', ''],
])('the console of %s is "%s"', (role, console) => {
  expect(consoleOfRole(role)).toBe(console)
})

test('I12 a role is of the own console where a role that is held is of it; one that names none is nobody’s', () => {
  expect(isOfOwnConsole('transfers/ADMIN', ['platform/VIEWER', 'transfers/OPS'])).toBe(true)
  expect(isOfOwnConsole('transfers/ADMIN', ['platform/PLATFORM_ADMIN'])).toBe(false)
  expect(isOfOwnConsole('transfers/ADMIN', ['transfers_eu/ADMIN'])).toBe(false)
  expect(isOfOwnConsole('ADMIN', ['OPS', '/ADMIN'])).toBe(false)
})
