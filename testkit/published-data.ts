import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'

/** A folder of data that others published, beside the repository or at `COUNTERSIGN_DATA`. It is never part of the repository. */
export type PublishedData = { directory: string; absent: boolean; file: (name: string) => string }

/** Where the set `name` is. Tests that need it say `test.skipIf(data.absent)`, so that a missing set shows as skipped. */
export function publishedData(name: string): PublishedData {
  const root = process.env.COUNTERSIGN_DATA ?? resolve(REPOSITORY_ROOT, '../shared/data')
  const directory = join(root, name)
  return { directory, absent: !existsSync(directory), file: (relative) => join(directory, relative) }
}
