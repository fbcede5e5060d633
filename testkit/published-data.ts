import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)))

/** A folder of data that others published, beside the repository or at `COUNTERSIGN_DATA`. It is never part of the repository. */
export type PublishedData = { directory: string; absent: boolean; file: (name: string) => string }

/** Where the set `name` is. Tests that need it say `test.skipIf(data.absent)`, so that a missing set shows as skipped. */
export function publishedData(name: string): PublishedData {
  const root = process.env.COUNTERSIGN_DATA ?? resolve(REPOSITORY, '../shared/data')
  const directory = join(root, name)
  return { directory, absent: !existsSync(directory), file: (relative) => join(directory, relative) }
}
