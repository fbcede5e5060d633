// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render } from '@testing-library/react'
import { useRef } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RowsInView, useRowsInView } from './use-rows-in-view.ts'

const ROW_PX = 32
/** Ten rows of it. */
const HEIGHT_PX = 320

let tellHeight: (height: number) => void
let shown: RowsInView

beforeEach(() => {
  tellHeight = () => undefined
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(told: (entries: { contentRect: { height: number } }[]) => void) {
        tellHeight = (height) => act(() => told([{ contentRect: { height } }]))
      }
      observe = () => undefined
      disconnect = () => undefined
    },
  )
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function List({ count, rowHeight }: { count: number; rowHeight: number }) {
  const scroller = useRef<HTMLDivElement>(null)
  shown = useRowsInView(scroller, count, rowHeight)
  return <div ref={scroller} data-testid="list" />
}

/** A list that is as high as ten rows of the usual height. */
function open(count: number) {
  const { rerender, getByTestId } = render(<List count={count} rowHeight={ROW_PX} />)
  tellHeight(HEIGHT_PX)
  const list = getByTestId('list')
  return {
    list,
    become: (count: number, rowHeight = ROW_PX) => rerender(<List count={count} rowHeight={rowHeight} />),
    /** As the wheel does. */
    scrollTo: (top: number) => {
      list.scrollTop = top
      fireEvent.scroll(list)
    },
  }
}
/** All rows that somebody sees are drawn, and at most so many beside them. */
function isDrawn(first: number, end: number) {
  expect(shown.from).toBeLessThanOrEqual(first)
  expect(shown.until).toBeGreaterThanOrEqual(end)
  expect(shown.until - shown.from).toBeLessThanOrEqual(end - first + 24)
}

test('X-02 turning the wheel draws what comes into view; what is drawn already is not drawn anew for it', () => {
  const { scrollTo } = open(1_000)
  isDrawn(0, 10)
  for (const row of [5, 17, 400, 990, 389, 0]) {
    scrollTo(row * ROW_PX)
    isDrawn(row, row + 10)
  }
  scrollTo(400 * ROW_PX)
  const before = shown
  for (const by of [1, 40, 100, 3 * ROW_PX, 10 * ROW_PX]) scrollTo(400 * ROW_PX + by)
  expect(shown).toBe(before)
  isDrawn(410, 420)
})

test('X-02 in a window of another height as many rows fit as it has room for, whether or not others are drawn', () => {
  const { scrollTo } = open(1_000)
  scrollTo(400 * ROW_PX)
  expect(shown.fit).toBe(10)
  for (const rows of [11, 12, 11, 10]) {
    tellHeight(rows * ROW_PX)
    expect(shown.fit).toBe(rows)
  }
  tellHeight(40 * ROW_PX)
  expect(shown.fit).toBe(40)
  isDrawn(400, 440)
  tellHeight(10)
  expect(shown.fit).toBe(1)
  isDrawn(400, 401)
})

test('X-02 X-09 at another density the rows that are there then are drawn', () => {
  const { become, scrollTo } = open(1_000)
  scrollTo(400 * ROW_PX)
  become(1_000, 40)
  isDrawn(320, 328)
  expect(shown.fit).toBe(8)
})

test('X-02 of a list that has become shorter the last rows are drawn at once, before the browser tells of it', () => {
  const { become, scrollTo } = open(1_000)
  scrollTo(990 * ROW_PX)
  become(50)
  isDrawn(40, 50)
  expect(shown.until).toBe(50)
  scrollTo(40 * ROW_PX)
  isDrawn(40, 50)
  become(3)
  expect([shown.from, shown.until]).toEqual([0, 3])
  become(0)
  expect([shown.from, shown.until]).toEqual([0, 0])
  scrollTo(0)
  become(1_000)
  isDrawn(0, 10)
})

test('X-02 a row that is to be shown is brought into view by no more than it takes, and one that is in view stays', () => {
  const { list } = open(1_000)
  const show = (index: number) => act(() => shown.show(index))
  show(9)
  expect(list.scrollTop).toBe(0)
  show(10)
  expect(list.scrollTop).toBe(ROW_PX)
  show(500)
  expect(list.scrollTop).toBe(491 * ROW_PX)
  isDrawn(491, 501)
  show(491)
  expect(list.scrollTop).toBe(491 * ROW_PX)
  show(20)
  expect(list.scrollTop).toBe(20 * ROW_PX)
  isDrawn(20, 30)
})

test('X-02 a page more of the list leaves what is shown where it is', () => {
  const { become, list, scrollTo } = open(100)
  const { show } = shown
  scrollTo(50 * ROW_PX)
  become(200)
  // A list that gives away another function would bring the row of the cursor into view again.
  expect(shown.show).toBe(show)
  expect(list.scrollTop).toBe(50 * ROW_PX)
})
