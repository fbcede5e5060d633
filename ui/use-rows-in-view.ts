import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'

/** Rows drawn beside those in view, so that a little scrolling finds them there. */
const OVERSCAN_ROWS = 12
/** Until the scroller has been measured, as on a screen of an ordinary height. */
const ASSUMED_ROWS = 30

type Range = {
  readonly from: number
  readonly until: number
  readonly fit: number
}

export type RowsInView = {
  /** The rows to be drawn: from the first, up to and without the second. */
  readonly from: number
  readonly until: number
  /** How many rows fit into view; at least one. */
  readonly fit: number
  /** Brings a row into view, unless it is in view already. */
  readonly show: (index: number) => void
}

/**
 * Of a list whose rows are all of one height, those that are in view. By arithmetic alone: nothing is kept for each row, and the
 * browser is not made to lay the page out to be asked how high it is (X-02, S-18).
 *
 * @param rowHeight CSS pixels
 */
export function useRowsInView(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): RowsInView {
  const seen = useRef({ top: 0, height: ASSUMED_ROWS * rowHeight })
  const [range, setRange] = useState<Range>({ from: 0, until: ASSUMED_ROWS, fit: ASSUMED_ROWS })

  const look = useCallback(() => {
    const { height } = seen.current
    // A list that has become shorter is scrolled back by the browser, which tells of it a frame later.
    const top = Math.min(seen.current.top, Math.max(0, count * rowHeight - height))
    const first = Math.floor(top / rowHeight)
    const end = Math.ceil((top + height) / rowHeight)
    const fit = Math.max(1, Math.floor(height / rowHeight))
    setRange((now) => {
      // As long as a row beside those in view is drawn on either side, nothing is drawn anew.
      const drawn =
        first > now.from && end < now.until && now.until - now.from <= end - first + 2 * OVERSCAN_ROWS
      const { from, until } = drawn
        ? now
        : { from: Math.max(0, first - OVERSCAN_ROWS), until: end + OVERSCAN_ROWS }
      return from === now.from && until === now.until && fit === now.fit ? now : { from, until, fit }
    })
  }, [count, rowHeight])
  const latest = useRef(look)
  latest.current = look

  useLayoutEffect(() => {
    const node = scroller.current
    if (node === null) return
    const onScroll = () => {
      seen.current.top = node.scrollTop
      latest.current()
    }
    const resized = new ResizeObserver(([entry]) => {
      seen.current.height = entry?.contentRect.height ?? node.clientHeight
      latest.current()
    })
    node.addEventListener('scroll', onScroll, { passive: true })
    resized.observe(node)
    return () => {
      node.removeEventListener('scroll', onScroll)
      resized.disconnect()
    }
  }, [scroller])

  // Of rows of another height, or fewer of them, others are in view: before anything is painted.
  useLayoutEffect(look, [look])

  const show = useCallback(
    (index: number) => {
      const { top, height } = seen.current
      const start = index * rowHeight
      const to = start < top ? start : start + rowHeight > top + height ? start + rowHeight - height : top
      if (to === top || scroller.current === null) return
      scroller.current.scrollTop = to
      seen.current.top = Math.max(0, to)
      latest.current()
    },
    [scroller, rowHeight],
  )

  const from = Math.min(range.from, Math.max(0, count - 1))
  const until = Math.min(range.until, count)
  const { fit } = range
  return useMemo(() => ({ from, until, fit, show }), [from, until, fit, show])
}
