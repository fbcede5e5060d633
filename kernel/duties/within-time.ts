/**
 * Does something with a signal that fires with the given one, or once so many milliseconds are over. Unlike a signal made by
 * `AbortSignal.any` it leaves nothing behind on the given one, which may live as long as the process.
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const end = () => over.abort(signal.reason)
  const timer = setTimeout(() => over.abort(new DOMException('no answer in time', 'TimeoutError')), ms)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    return await work(over.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
