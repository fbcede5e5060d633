import type { SelectedItem, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { useCallback, useMemo, useState } from 'react'

/** What is chosen of a list: rows one by one, those that are shown, or everything that matches. */
export type Selection = {
  ids: ReadonlySet<string>
  items: SelectedItem[]
  toggle: (item: WorkItem) => void
  add: (items: SelectedItem[]) => void
  /** What has left the list is chosen no more. */
  drop: (ids: readonly string[]) => void
  clear: () => void
}

/** @param begins what is chosen from the start */
export function useSelection(begins: readonly SelectedItem[] = []): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, SelectedItem>>(
    () => new Map(begins.map((one) => [one.id, one])),
  )
  const toggle = useCallback(
    (item: WorkItem) =>
      setChosen((now) => {
        const next = new Map(now)
        if (!next.delete(item.id)) next.set(item.id, selected(item))
        return next
      }),
    [],
  )
  const add = useCallback(
    (items: SelectedItem[]) =>
      setChosen((now) => new Map([...now, ...items.map((one) => [one.id, one] as const)])),
    [],
  )
  const drop = useCallback(
    (ids: readonly string[]) => setChosen((now) => new Map([...now].filter(([id]) => !ids.includes(id)))),
    [],
  )
  const clear = useCallback(() => setChosen(new Map()), [])
  return useMemo(
    () => ({ ids: new Set(chosen.keys()), items: [...chosen.values()], toggle, add, drop, clear }),
    [chosen, toggle, add, drop, clear],
  )
}

/** A row as one of a selection: its record, in the version that the list shows. */
export function selected({ id, subject, subject_version, title }: WorkItem): SelectedItem {
  return { id, subject, title, ...(subject_version === undefined ? {} : { version: subject_version }) }
}
