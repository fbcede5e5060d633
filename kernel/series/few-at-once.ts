export type FewAtOnce = {
  /** Does it once it is its turn. @returns undefined, and nothing is done, where this caller has too much waiting already */
  readonly run: <T>(caller: string, work: () => Promise<T>) => Promise<T | undefined>
}

/**
 * Lets little be under way at a time, and of one caller less than that: the others wait for their turn, whoever came first
 * first. So that nobody's reading keeps others from theirs.
 *
 * @param waiting of one caller at most
 */
export function fewAtOnce(limits: {
  readonly all: number
  readonly ofOne: number
  readonly waiting: number
}): FewAtOnce {
  const underWay = new Map<string, number>()
  let total = 0
  const line: { readonly caller: string; readonly start: () => void }[] = []
  const fits = (caller: string) => total < limits.all && (underWay.get(caller) ?? 0) < limits.ofOne
  const begin = (caller: string) => {
    total += 1
    underWay.set(caller, (underWay.get(caller) ?? 0) + 1)
  }
  const end = (caller: string) => {
    total -= 1
    const left = (underWay.get(caller) ?? 1) - 1
    if (left === 0) underWay.delete(caller)
    else underWay.set(caller, left)
    const next = line.findIndex((one) => fits(one.caller))
    if (next === -1) return
    const [started] = line.splice(next, 1)
    if (started === undefined) return
    begin(started.caller)
    started.start()
  }
  return {
    async run(caller, work) {
      if (fits(caller)) begin(caller)
      else {
        if (line.filter((one) => one.caller === caller).length >= limits.waiting) return undefined
        await new Promise<void>((start) => line.push({ caller, start }))
      }
      try {
        return await work()
      } finally {
        end(caller)
      }
    },
  }
}
