/**
 * Ends after so long, as the signal fires, or when it is woken. Leaves nothing behind on the signal, which lives as long as the
 * process: `AbortSignal.any` would leave something there at every pause.
 *
 * @param waiting holds what wakes it, for as long as it lasts
 */
export function pause(ms: number, signal: AbortSignal, waiting?: Set<() => void>): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((done) => {
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      waiting?.delete(wake)
      done()
    }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
    waiting?.add(wake)
  })
}
