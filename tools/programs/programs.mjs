// The programs of this repository, compiled. A process that reads TypeScript from source spends seconds of the processor on
// its loader, and the product, its tests and the command line start processes all the time. Plain JavaScript, since it
// decides how a program begins.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const COMPILED = join(REPOSITORY, '.cache', 'programs')
const CURRENT = join(COMPILED, 'current.json')
/** Earlier ones are kept for so long: a process that runs may still load a part of its own. */
const KEPT_MS = 24 * 60 * 60 * 1000
/** What else decides how a source is compiled. */
const SETTINGS = ['tsconfig.json', 'node_modules/esbuild/package.json', 'tools/programs/programs.mjs']

/** What is started as a process of its own, by its path in this repository. */
const PROGRAMS = [
  'apps/dev-issuer/main.ts',
  'apps/sandbox/main.ts',
  'apps/server/main.ts',
  'apps/server/worker.ts',
  'cli/audit-alone.ts',
  'cli/main.ts',
  'testkit/reference-witness.ts',
]

/**
 * Compiles the programs, unless that was done from just these sources. Where this repository cannot be written to, nothing is
 * compiled: programs run from source.
 *
 * @returns {Promise<void>}
 * @throws Error that names the file and the line that cannot be compiled
 */
export async function compilePrograms() {
  await compiled()
}

/** @returns where they are; undefined where they are to run from source */
async function compiled() {
  const current = compiledDirectory()
  if (current !== undefined) return current
  try {
    mkdirSync(COMPILED, { recursive: true })
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return undefined
    throw error
  }
  const { build } = await import('esbuild')
  const name = `${process.pid}-${Date.now()}`
  const sources = new Map(SETTINGS.map((path) => [join(REPOSITORY, path), stamp(join(REPOSITORY, path))]))
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: PROGRAMS,
    outbase: REPOSITORY,
    outdir: join(COMPILED, name),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    logLevel: 'silent',
    plugins: [ownSources(sources)],
  })
  const inputs = Object.fromEntries([...sources].map(([path, read]) => [relative(REPOSITORY, path), read]))
  const written = join(COMPILED, `${name}.json`)
  writeFileSync(written, JSON.stringify({ directory: name, inputs }))
  renameSync(written, CURRENT)
  removeOld(name)
  return join(COMPILED, name)
}

/**
 * The arguments with which Node.js runs a program: as it was compiled, or from source where that has changed since.
 *
 * @param {string} program its path in this repository, such as `apps/server/main.ts`
 * @returns {string[]}
 */
export function programArguments(program) {
  const path = pathIn(compiledDirectory(), program)
  if (path !== undefined) return [path]
  return [
    '--import',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
    join(REPOSITORY, program),
  ]
}

/**
 * Makes this process run a program, compiled first where it has to be.
 *
 * @param {string} program its path in this repository, such as `cli/main.ts`
 * @returns {Promise<void>}
 */
export async function runProgram(program) {
  const path = pathIn(await compiled(), program)
  if (path === undefined) {
    const { register } = await import('tsx/esm/api')
    register()
  }
  await import(pathToFileURL(path ?? join(REPOSITORY, program)).href)
}

function pathIn(directory, program) {
  return directory && PROGRAMS.includes(program)
    ? join(directory, program.replace(/\.ts$/, '.mjs'))
    : undefined
}

/** Where what was compiled last is, or undefined where a source has changed since. */
function compiledDirectory() {
  let current
  try {
    current = JSON.parse(readFileSync(CURRENT, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  const directory = join(COMPILED, current.directory)
  const same = Object.entries(current.inputs).every(([path, read]) => stamp(join(REPOSITORY, path)) === read)
  return same && existsSync(directory) ? directory : undefined
}

/** What changes with a file: when it was written here, whatever time it was given, and how long it is; null where there is none. */
function stamp(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.ctimeMs} ${found.mtimeMs} ${found.size}` : null
}

/** Takes in the sources of this repository and leaves the packages where they are; each source still knows where it lies. */
function ownSources(sources) {
  return {
    name: 'own-sources',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined
        const own = /^(@countersign\/[^/]+)\/(.+)$/.exec(path)
        if (own === null) return { path, external: true }
        return { path: join(realpathSync(join(REPOSITORY, 'node_modules', own[1])), own[2]) }
      })
      onLoad({ filter: /\.(ts|mjs|json)$/ }, ({ path }) => {
        sources.set(path, stamp(path))
        const text = readFileSync(path, 'utf8')
        const here = JSON.stringify(pathToFileURL(path).href)
        return path.endsWith('.json')
          ? { contents: text, loader: 'json' }
          : {
              contents: text.replaceAll('import.meta.url', here),
              loader: path.endsWith('.ts') ? 'ts' : 'js',
            }
      })
    },
  }
}

/** Others may be compiling, and removing, at the same time: what is gone already is gone. */
function removeOld(newest) {
  for (const entry of readdirSync(COMPILED, { withFileTypes: true })) {
    const path = join(COMPILED, entry.name)
    const written =
      entry.isDirectory() && entry.name !== newest ? statSync(path, { throwIfNoEntry: false }) : undefined
    if (written && Date.now() - written.mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true })
  }
}
