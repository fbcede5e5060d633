import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ids that a bench row shows, and no test. */
const SHOWN_BY_BENCH = 'S'

export type Requirement = {
  readonly id: string
  /** The milestone of the work that owes it. */
  readonly due: number
  /** The first milestone that owes any of it: a test is asked for from then on. */
  readonly owedFrom: number
  /** What an earlier milestone already owes of it, as written: `1 — search by exact id`. */
  readonly partly?: string
  readonly shownBy: 'tests' | 'bench'
}

export type Requirements = { readonly milestone: number; readonly list: readonly Requirement[] }

/**
 * Reads `docs/requirements`: the number of the current milestone from its README, the blocks from its other files.
 *
 * @throws Error naming the file and line of a heading that is not `## K-01 · due: 1`, or an id given twice
 */
export function readRequirements(directory: string): Requirements {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8')
  const milestone = /^Current milestone: (\d+)$/m.exec(readme)?.[1]
  if (milestone === undefined)
    throw new Error(`${join(directory, 'README.md')} must say "Current milestone: N".`)
  const list: Requirement[] = []
  const seen = new Set<string>()
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith('.md') || name === 'README.md') continue
    for (const requirement of blocksOf(join(directory, name))) {
      if (seen.has(requirement.id)) throw new Error(`${requirement.id} stands twice in ${directory}.`)
      seen.add(requirement.id)
      list.push(requirement)
    }
  }
  return { milestone: Number(milestone), list }
}

function blocksOf(file: string): Requirement[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (!line.startsWith('## ')) return []
    const heading = /^## ([A-Z]-\d{2}) · due: (\d+)$/.exec(line)
    const [, id, due] = heading ?? []
    if (id === undefined || due === undefined) {
      throw new Error(`${file}:${index + 1} must read like "## K-01 · due: 1".`)
    }
    const partly = /^partly: (\d+ — .+)$/.exec(lines[index + 1] ?? '')?.[1]
    const shownBy = id.startsWith(SHOWN_BY_BENCH) ? 'bench' : 'tests'
    const owedFrom = Number(partly === undefined ? due : partly.split(' ')[0])
    return [{ id, due: Number(due), owedFrom, partly, shownBy } as const]
  })
}
