/** Over how long the calls to an upstream are counted. */
export const CALL_WINDOW_MS = 300_000
const SLOT_MS = 10_000

export type CallWindow = {
  readonly count: (failed: boolean) => void
  readonly counted: () => { readonly calls: number; readonly failures: number }
}

/** Calls and failures of the last minutes, in slots: a fixed number of them, however many calls there are. */
export function makeCallWindow(now: () => number = () => performance.now()): CallWindow {
  const slots = new Map<number, { calls: number; failures: number }>()
  const forget = (slot: number) => {
    for (const known of slots.keys()) if (known <= slot - CALL_WINDOW_MS / SLOT_MS) slots.delete(known)
  }
  return {
    count(failed) {
      const slot = Math.floor(now() / SLOT_MS)
      forget(slot)
      const { calls, failures } = slots.get(slot) ?? { calls: 0, failures: 0 }
      slots.set(slot, { calls: calls + 1, failures: failures + (failed ? 1 : 0) })
    },
    counted() {
      forget(Math.floor(now() / SLOT_MS))
      return [...slots.values()].reduce(
        (sum, slot) => ({ calls: sum.calls + slot.calls, failures: sum.failures + slot.failures }),
        { calls: 0, failures: 0 },
      )
    },
  }
}
