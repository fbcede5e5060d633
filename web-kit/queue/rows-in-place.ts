/** As much of a list as was read at once. */
export type RowPage<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null }

/** A row as shown: the item, or the last that was known of one that has left the list. */
export type RowInPlace<Item> = Item & { gone: boolean }

export type RowsInPlace<Item> = {
  readonly rows: readonly RowInPlace<Item>[]
  /** Items that are in the list now and not on the screen. */
  readonly fresh: number
  /** What one of them is marked with; undefined where none is. */
  readonly mark: string | undefined
  /** Where an item stands, or the first item of a record (`kind:id`); -1 where it is not among the rows. */
  readonly indexOf: (itemId: string) => number
  readonly indexOfRecord: (ref: string) => number
}

/**
 * The rows on the screen brought up to date by a newly read first page, without moving any: what the head has anew
 * replaces what is shown, what it should have and has not is marked gone, what is not shown is counted.
 *
 * What was made of the pages before is kept: a list of a hundred thousand grows by a page at the cost of that page, and a
 * row that has not changed is the same object.
 */
export function makeRowsInPlace<Item extends { readonly id: string }>({
  refOf,
  markOf = () => undefined,
}: {
  /** `kind:id` of an item's record. */
  refOf: (item: Item) => string
  /** What an item is marked with. */
  markOf?: (item: Item) => string | undefined
}): (shown: readonly RowPage<Item>[], head: RowPage<Item> | undefined) => RowsInPlace<Item> {
  let pages: readonly RowPage<Item>[] = []
  let items: RowInPlace<Item>[] = []
  let places = new Map<string, number>()
  let records = new Map<string, number>()
  let mark: string | undefined

  function take(shown: readonly RowPage<Item>[]) {
    if (pages.some((page, at) => page !== shown[at])) {
      items = []
      places = new Map()
      records = new Map()
      mark = undefined
      pages = []
    }
    for (const page of shown.slice(pages.length)) {
      for (const item of page.items) {
        if (places.has(item.id)) continue
        places.set(item.id, items.length)
        const ref = refOf(item)
        if (!records.has(ref)) records.set(ref, items.length)
        items.push({ ...item, gone: false })
        mark ??= markOf(item)
      }
    }
    pages = shown
  }

  return (shown, head) => {
    take(shown)
    const [placeOf, recordAt] = [places, records]
    const rows = items.slice()
    // The maps grow with the list; what is answered here is about these rows.
    const among = (at: number | undefined) => (at !== undefined && at < rows.length ? at : -1)
    if (head !== undefined) {
      const reach = headReach(placeOf, head, rows.length)
      const inHead = new Set(head.items.map(({ id }) => id))
      for (const [at, row] of rows.slice(0, reach).entries()) {
        if (!inHead.has(row.id)) rows[at] = { ...row, gone: true }
      }
      for (const item of head.items) {
        const at = placeOf.get(item.id)
        if (at !== undefined) rows[at] = { ...item, gone: false }
      }
    }
    return {
      rows,
      mark: head?.items.map(markOf).find((word) => word !== undefined) ?? mark,
      fresh: head?.items.filter(({ id }) => !placeOf.has(id)).length ?? 0,
      indexOf: (itemId) => among(placeOf.get(itemId)),
      indexOfRecord: (ref) => among(recordAt.get(ref)),
    }
  }
}

/** How many of the shown rows the head speaks for: up to the last one it still has; all, where it is the whole list. */
function headReach(
  places: ReadonlyMap<string, number>,
  head: RowPage<{ readonly id: string }>,
  all: number,
): number {
  if (head.next_cursor === null) return all
  return Math.max(0, ...head.items.map(({ id }) => (places.get(id) ?? -1) + 1))
}
