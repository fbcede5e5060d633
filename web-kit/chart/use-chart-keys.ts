import { type KeyboardEvent, useState } from 'react'
import type { ChartData } from './chart-data.ts'

/** Page up and down go over this share of what is shown. */
const PAGE_SHARE = 0.1

/**
 * A chart by keyboard: the arrows look at other moments, with Shift they choose a part of the time, Enter shows that alone and Escape
 * lets it be.
 *
 * @param index the step that is looked at; null: the newest
 */
export function useChartKeys({
  data: { times, stepS },
  index,
  look,
  onRange,
}: {
  data: Pick<ChartData, 'times' | 'stepS'>
  index: number | null
  look: (moment: number | null) => void
  onRange: ((from: number, to: number) => void) | undefined
}) {
  /** Where choosing began. */
  const [anchor, setAnchor] = useState<number | null>(null)
  const last = times.length - 1
  const looked = index ?? last
  const at = times[looked]
  const chosen =
    anchor === null || at === undefined
      ? null
      : { from: Math.min(anchor, at), to: Math.max(anchor, at) + stepS * 1000 }

  function onKeyDown(event: KeyboardEvent) {
    if (chosen !== null && event.key === 'Enter') {
      event.preventDefault()
      setAnchor(null)
      onRange?.(chosen.from, chosen.to)
      return
    }
    if (chosen !== null && event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      setAnchor(null)
      return
    }
    const page = Math.max(1, Math.round(times.length * PAGE_SHARE))
    const moves: Record<string, number> = {
      ArrowLeft: looked - 1,
      ArrowRight: looked + 1,
      PageDown: looked - page,
      PageUp: looked + page,
      Home: 0,
      End: last,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    setAnchor(event.shiftKey && onRange !== undefined ? (anchor ?? at ?? null) : null)
    look(times[Math.min(last, Math.max(0, to))] ?? null)
  }

  function onBlur() {
    setAnchor(null)
    look(null)
  }

  return { looked, chosen, onKeyDown, onBlur }
}
