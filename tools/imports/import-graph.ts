import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix, relative, sep } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

const SOURCE = /\.(ts|tsx|mts|js|mjs|jsx)$/
const NOT_OURS = new Set(['node_modules', 'dist', 'docs', 'test-results', 'playwright-report'])

/** What an import names: a file of ours, a module of Node's own, a package from npm, or nothing that is there. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly byPackage: boolean }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'missing'; readonly path: string }

export type Import = {
  /** Path from the root, with slashes. */
  readonly from: string
  readonly line: number
  readonly specifier: string
  readonly target: Target
}

export type ImportGraph = { readonly modules: readonly string[]; readonly imports: readonly Import[] }

/**
 * Reads every import of every source file below `root`: static and dynamic, of values and of types, and the
 * `import('…')` of a type expression. An import whose name is computed is not seen.
 *
 * @throws Error naming a file that cannot be parsed
 */
export function readImportGraph(root: string): ImportGraph {
  const packages = workspacePackages(root)
  const modules = sourceFiles(root, '')
  const imports = modules.flatMap((from) => {
    const text = readFileSync(join(root, from), 'utf8')
    return specifiersOf(from, text).map(({ specifier, start }) => ({
      from,
      line: text.slice(0, start).split('\n').length,
      specifier,
      target: targetOf(root, packages, from, specifier),
    }))
  })
  return { modules, imports }
}

type Found = { specifier: string; start: number }

function specifiersOf(file: string, text: string): Found[] {
  const { module, program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const found: Found[] = module.staticImports.map(({ moduleRequest }) => ({
    specifier: moduleRequest.value,
    start: moduleRequest.start,
  }))
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest) found.push({ specifier: moduleRequest.value, start: moduleRequest.start })
    }
  }
  for (const {
    moduleRequest: { start, end },
  } of module.dynamicImports) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(text.slice(start, end))
    if (literal?.[2] !== undefined) found.push({ specifier: literal[2], start })
  }
  new Visitor({
    TSImportType({ source }) {
      found.push({ specifier: source.value, start: source.start })
    },
  }).visit(program)
  return found
}

function targetOf(
  root: string,
  packages: ReadonlyMap<string, string>,
  from: string,
  specifier: string,
): Target {
  const [bare = ''] = specifier.split('?')
  if (bare.startsWith('.')) {
    return fileTarget(root, posix.normalize(posix.join(posix.dirname(from), bare)), false)
  }
  if (isBuiltin(bare)) return { kind: 'builtin', name: bare }
  const [scope = '', name = '', ...rest] = bare.split('/')
  const directory = packages.get(`${scope}/${name}`)
  if (directory !== undefined) return fileTarget(root, posix.join(directory, ...rest), true)
  return { kind: 'package', name: scope.startsWith('@') ? `${scope}/${name}` : scope }
}

function fileTarget(root: string, path: string, byPackage: boolean): Target {
  return existsSync(join(root, path)) ? { kind: 'file', path, byPackage } : { kind: 'missing', path }
}

/** Name → directory of every workspace, wherever below the root its `package.json` lies. */
function workspacePackages(root: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>()
  for (const file of filesBelow(root, '', (name) => name === 'package.json')) {
    const { name } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { name?: string }
    if (name !== undefined) packages.set(name, relative('.', dirname(file)).split(sep).join('/'))
  }
  return packages
}

function sourceFiles(root: string, directory: string): string[] {
  return filesBelow(root, directory, (name) => SOURCE.test(name) && !name.endsWith('.d.mts'))
}

function filesBelow(root: string, directory: string, wanted: (name: string) => boolean): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = posix.join(directory, entry.name)
      if (entry.isDirectory()) {
        return NOT_OURS.has(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(root, path, wanted)
      }
      return entry.isFile() && wanted(entry.name) ? [path] : []
    })
}
