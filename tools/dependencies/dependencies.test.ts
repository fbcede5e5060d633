import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY_ROOT } from '../home/home.ts'
import { installedLicences, type Licensed, licenceProblems } from './licences.ts'
import { declaredDependencies, manifestsIn } from './manifests.ts'

const declared = declaredDependencies(REPOSITORY_ROOT)

test('O-12 docs/dependencies.md gives a reason for every dependency, and for none that is gone', () => {
  const document = readFileSync(join(REPOSITORY_ROOT, 'docs', 'dependencies.md'), 'utf8')
  const rows = [...document.matchAll(/^\| (`[^|]+`) \| (.+) \|$/gm)]
  const explained = rows.flatMap(([, names = '', reason = '']) =>
    reason.length > 10 ? [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name) : [],
  )
  const names = new Set(declared.map(({ name }) => name))
  expect(names.size).toBeGreaterThan(20)
  expect(explained.toSorted()).toEqual([...names].toSorted())
})

test('O-12 every version is pinned exactly, and the same package has one version everywhere', () => {
  expect(declared.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  const versions = new Map<string, Set<string>>()
  for (const { name, version } of declared) versions.set(name, (versions.get(name) ?? new Set()).add(version))
  expect([...versions].filter(([, several]) => several.size > 1)).toEqual([])
})

test('O-12 the lock file is there, whole, and names no registry', () => {
  const lock = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string; resolved?: string; link?: boolean }>
  }
  const packages = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'))
  const fromOutside = packages.filter(([, { link }]) => !link)
  expect(fromOutside.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([])
  expect(packages.filter(([, { resolved }]) => resolved?.includes('://')).map(([path]) => path)).toEqual([])
  for (const { name, version } of declared) {
    const versions = packages
      .filter(([path]) => path.endsWith(`node_modules/${name}`))
      .map(([, entry]) => entry.version)
    expect(versions, `${name} in the lock file`).toContain(version)
  }
})

test('O-12 every installed package is under a licence that we may pass on', () => {
  const packages = installedLicences(REPOSITORY_ROOT)
  expect(packages.length).toBeGreaterThan(100)
  expect(licenceProblems(packages)).toEqual([])
})

test('O-12 our own licence is there in full, and every package names it', () => {
  expect(readFileSync(join(REPOSITORY_ROOT, 'LICENSE'), 'utf8')).toMatch(
    /Apache License\s+Version 2\.0, January 2004/,
  )
  const files = manifestsIn(REPOSITORY_ROOT)
  expect(files.length).toBeGreaterThan(15)
  const others = files.filter(
    (file) => JSON.parse(readFileSync(join(REPOSITORY_ROOT, file), 'utf8')).license !== 'Apache-2.0',
  )
  expect(others).toEqual([])
})

test('O-12 a licence that is not on the list, or none, is a problem; one of two to choose from suffices', () => {
  const under = (licence: string | undefined): Licensed => ({
    name: 'some-package',
    version: '1.0.0',
    licence,
  })
  expect(
    licenceProblems([under('GPL-3.0-only'), under(undefined), under('MIT AND GPL-3.0-only')]),
  ).toHaveLength(3)
  expect(licenceProblems([under('GPL-3.0-only')])[0]).toContain('some-package 1.0.0 is under GPL-3.0-only')
  expect(licenceProblems([under('(MIT OR GPL-3.0-only)'), under('MIT AND Apache-2.0')])).toEqual([])
})
