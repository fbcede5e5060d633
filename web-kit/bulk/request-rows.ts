import type { Client } from '@countersign/sdk/client.ts'
import type { BulkProgress, BulkRow, RowState } from '@countersign/sdk/wire/bulk.ts'
import { AGAIN_STATES } from './row-state.ts'

/** The server's own limit of a page. */
const PAGE_ROWS = 200

/** How many rows of a request came to nothing, wherever they stand in it. */
export function failedCount({ counts }: BulkProgress): number {
  return AGAIN_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
}

/** Every row of a request that came to nothing: at most the thousand that one has, in its order. */
export function failedRows(client: Client, request: string): Promise<BulkRow[]> {
  return rowsIn(client, request, AGAIN_STATES)
}

/** Every row that was carried out and that nothing takes back yet. */
export async function standingRows(client: Client, request: string): Promise<BulkRow[]> {
  const done = await rowsIn(client, request, ['executed'])
  return done.filter(({ undone_by }) => undone_by === undefined)
}

async function rowsIn(client: Client, request: string, states: readonly RowState[]): Promise<BulkRow[]> {
  const found: BulkRow[] = []
  for (const state of states) {
    let cursor: string | null = null
    do {
      const page = await client.requestRows(request, { state, limit: PAGE_ROWS, cursor })
      found.push(...page.rows)
      cursor = page.next_cursor
    } while (cursor !== null)
  }
  return found.sort((one, other) => one.position - other.position)
}
