import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** SPDX identifiers under which we may use and pass on a package unchanged. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  // Copyleft by file: ours stay ours as long as theirs are unchanged.
  'MPL-2.0',
  // Fonts.
  'OFL-1.1',
  // The Python Foundation's: permissive, asks for its notice to be kept (argparse, a development dependency).
  'PSF-2.0',
  'Unlicense',
  'Zlib',
])

export type Licensed = {
  readonly name: string
  readonly version: string
  readonly licence: string | undefined
}

type Manifest = { name?: string; version?: string; license?: unknown; licenses?: unknown }

/** Every package that npm has installed, with the licence that its own `package.json` names. */
export function installedLicences(root: string): Licensed[] {
  const modules = join(root, 'node_modules')
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as {
    packages: Record<string, { link?: boolean }>
  }
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path]) => {
      const manifest = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as Manifest
      return { name: manifest.name ?? path, version: manifest.version ?? '', licence: licenceOf(manifest) }
    })
}

/** One sentence for each package whose licence is not one we may pass on. */
export function licenceProblems(packages: readonly Licensed[]): string[] {
  return packages
    .filter(({ licence }) => licence === undefined || !isAllowed(licence))
    .map(
      ({ name, version, licence }) =>
        `${name} ${version} is under ${licence ?? 'no licence that it names'}: choose another package, or have the licence ` +
        'examined and add it to tools/dependencies/licences.ts.',
    )
}

/** SPDX expressions as packages use them: all of `A AND B`, one of `A OR B`, in brackets or not. */
function isAllowed(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (/[()]/.test(bare)) return false
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part.trim())))
}

/** Old packages name an object, or a list of them. */
function licenceOf({ license, licenses }: Manifest): string | undefined {
  const given: unknown = license ?? (Array.isArray(licenses) ? licenses[0] : licenses)
  if (typeof given === 'string') return given
  return typeof given === 'object' && given !== null && 'type' in given ? String(given.type) : undefined
}
