import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

/** What a clone has not, or makes for itself. */
const NOT_COPIED = new Set(['node_modules', '.git', '.cache', '.countersign', 'dist', 'test-results'])
/** A fence with a language and, for a file, its path. */
const FENCE = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms

export type Guide = {
  /** Whole files by path. */
  readonly files: ReadonlyMap<string, string>
  /** Changes of files that are there, as diff lines. */
  readonly edits: ReadonlyMap<string, string>
  /** What is typed in a shell, a block each. */
  readonly commands: readonly string[]
}

/** What a guide tells its reader to write, to change and to run. @throws Error where it names one file twice */
export function readGuide(markdown: string): Guide {
  const files = new Map<string, string>()
  const edits = new Map<string, string>()
  const commands: string[] = []
  for (const [, language = '', path, text = ''] of markdown.matchAll(FENCE)) {
    if (path === undefined) {
      if (language === 'sh') commands.push(text.trim())
      continue
    }
    const into = language === 'diff' ? edits : files
    if (into.has(path)) throw new Error(`the guide has ${path} twice`)
    into.set(path, text)
  }
  return { files, edits, commands }
}

/**
 * Writes a guide's files and makes its changes, and nothing else.
 *
 * @throws Error where a line that is to be there is not, or a file that is to be new is there
 */
export function followGuide(root: string, { files, edits }: Guide): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { flag: 'wx' })
  }
  for (const [path, diff] of edits) {
    const text = readFileSync(join(root, path), 'utf8')
    writeFileSync(join(root, path), edited(text, diff, path))
  }
}

/** Each `+` line takes the place of the `-` line before it, or follows the line of context before it. */
function edited(text: string, diff: string, path: string): string {
  const lines = text.split('\n')
  let at = -1
  for (const line of diff.split('\n').filter((each) => each.trim() !== '')) {
    const [mark, rest] = [line[0], line.slice(1)]
    if (mark === '+') {
      at += 1
      lines.splice(at, 0, rest)
      continue
    }
    const found = lines.indexOf(rest)
    if (found < 0) throw new Error(`${path} has no line "${rest}"`)
    if (mark === '-') lines.splice(found, 1)
    at = mark === '-' ? found - 1 : found
  }
  return lines.join('\n')
}

/** A copy of the sources on the packages that are installed already; `npm install` would link its own packages so. */
export function copyRepository(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !NOT_COPIED.has(basename(path)) && !path.endsWith('.log'),
  })
  for (const holder of packagesWithOwn(from)) {
    symlinkSync(join(from, holder, 'node_modules'), join(to, holder, 'node_modules'))
  }
  const modules = join(to, 'node_modules')
  mkdirSync(join(modules, '@countersign'), { recursive: true })
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (name !== '@countersign') symlinkSync(join(from, 'node_modules', name), join(modules, name))
  }
}

/** Links every workspace of a copy, as `npm install` does. */
export function linkWorkspaces(root: string): void {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces: string[]
  }
  const folders = workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(root, dirname(pattern))).map((name) => join(dirname(pattern), name))
      : [pattern],
  )
  for (const folder of folders) {
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string }
    const link = join(root, 'node_modules', name)
    symlinkSync(relative(dirname(link), join(root, folder)), link)
  }
}

function packagesWithOwn(root: string): string[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_COPIED.has(entry.name))
    .flatMap(({ name }) => [
      name,
      ...readdirSync(join(root, name), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !NOT_COPIED.has(entry.name))
        .map((entry) => join(name, entry.name)),
    ])
  return folders.filter((folder) => readdirSync(join(root, folder)).includes('node_modules'))
}
