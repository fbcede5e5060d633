/** How often others in this process had their turn until that work was done. */
export async function turnsOfOthers(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let done = false
  const others = () => {
    turns += 1
    if (!done) setImmediate(others)
  }
  setImmediate(others)
  await work()
  done = true
  return turns
}
