import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const OURS = '@countersign/'
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

export type Dependency = { readonly name: string; readonly version: string; readonly manifest: string }
type Manifest = Partial<Record<(typeof KINDS)[number], Record<string, string>>> & { workspaces?: string[] }

/** What every `package.json` of the repository asks for from outside. */
export function declaredDependencies(root: string): Dependency[] {
  return manifestsIn(root).flatMap((manifest) => {
    const content = readManifest(root, manifest)
    return KINDS.flatMap((kind) => Object.entries(content[kind] ?? {}))
      .filter(([name]) => !name.startsWith(OURS))
      .map(([name, version]) => ({ name, version, manifest }))
  })
}

/** The path of every `package.json` of the repository. */
export function manifestsIn(root: string): string[] {
  const workspaces = readManifest(root, 'package.json').workspaces ?? []
  return ['package.json', ...workspaces.flatMap((pattern) => manifestsOf(root, pattern))]
}

/** A workspace is a folder, or all folders of one: `consoles/*`. */
function manifestsOf(root: string, pattern: string): string[] {
  if (!pattern.endsWith('/*')) return [join(pattern, 'package.json')]
  const parent = pattern.slice(0, -'/*'.length)
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name, 'package.json'))
}

function readManifest(root: string, path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
