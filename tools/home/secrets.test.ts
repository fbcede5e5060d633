import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureSecrets, SECRETS, type SecretName, secretFile } from './secrets.ts'

const OWNER_ONLY = 0o600

let directories: string[]
beforeEach(() => {
  directories = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'countersign-secrets-')))
})
afterEach(() => {
  for (const directory of directories) rmSync(directory, { recursive: true })
})

test('O-15 every development secret is random per install, stays what it is, and is its owner’s alone to read', () => {
  const [one = '', other = ''] = directories
  const [first, second] = [ensureSecrets(one), ensureSecrets(other)]
  const names = Object.keys(SECRETS) as SecretName[]
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => first[name] === second[name])).toEqual([])
  // Nor does one serve two purposes.
  expect(new Set(Object.values(first)).size).toBe(names.length)
  expect(ensureSecrets(one)).toEqual(first)
  expect(readdirSync(one)).toHaveLength(names.length)
  for (const name of names) {
    const file = secretFile(one, name)
    expect(statSync(file).mode & 0o777, name).toBe(OWNER_ONLY)
    expect(readFileSync(file, 'utf8').trim().length, name).toBeGreaterThanOrEqual(16)
  }
})

test('O-15 a secret that is missing is made anew, and the others stay', () => {
  const [directory = ''] = directories
  const before = ensureSecrets(directory)
  rmSync(secretFile(directory, 'sealingKey'))
  const after = ensureSecrets(directory)
  expect(after.sealingKey).not.toBe(before.sealingKey)
  expect({ ...after, sealingKey: before.sealingKey }).toEqual(before)
})
