import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { useEffect, useRef, useState } from 'react'
import { type Selection, selected } from './use-selection.ts'

const KEY = 'countersign.selection'
/** For as long as it may take until the page is there again. */
const KEPT_MAX_MS = 10 * 60_000

type Kept = { personId: string; queue: string; until: number; ids: string[] }

/** Taken up by the first list that is shown: whoever comes back to a list later begins anew. */
let kept: Kept | undefined

/** As the page begins. */
export function backFromUnload(): void {
  kept = readKept()
  sessionStorage.removeItem(KEY)
}

/**
 * Loading the page anew keeps what was selected in a queue, as far as it stands on what is loaded of it then: which rows, and nothing
 * that they say. What has left the list meanwhile is chosen no more.
 */
export function useKeptSelection(
  queue: string,
  personId: string,
  { ids, add }: Pick<Selection, 'ids' | 'add'>,
  rows: readonly WorkItem[],
): void {
  const [wanted] = useState(() => takeKept(queue, personId))
  const restored = useRef(wanted === undefined)
  useEffect(() => {
    if (restored.current || wanted === undefined || rows.length === 0) return
    restored.current = true
    add(rows.filter(({ id }) => wanted.has(id)).map(selected))
  }, [rows, wanted, add])
  useEffect(() => {
    const keep = () => {
      if (ids.size === 0) return
      const now: Kept = { personId, queue, until: Date.now() + KEPT_MAX_MS, ids: [...ids] }
      sessionStorage.setItem(KEY, JSON.stringify(now))
    }
    window.addEventListener('pagehide', keep)
    return () => window.removeEventListener('pagehide', keep)
  }, [queue, personId, ids])
}

function takeKept(queue: string, personId: string): ReadonlySet<string> | undefined {
  const mine = kept
  kept = undefined
  if (mine === undefined || mine.queue !== queue || mine.personId !== personId) return undefined
  return mine.until < Date.now() ? undefined : new Set(mine.ids)
}

/** What this tab keeps; anything else that somebody put there is none. */
function readKept(): Kept | undefined {
  let value: unknown
  try {
    value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { personId, queue, until, ids } = value as Partial<Kept>
  if (typeof personId !== 'string' || typeof queue !== 'string' || typeof until !== 'number') return undefined
  return Array.isArray(ids) ? { personId, queue, until, ids } : undefined
}
