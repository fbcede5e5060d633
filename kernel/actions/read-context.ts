import { readStream } from '../events/read-stream.ts'
import type { Kernel } from '../kernel.ts'
import type { ReadContext } from './define-action.ts'

/** An upstream that has not answered a read by then counts as unreadable. */
const READ_TIMEOUT_MS = 4_000

/** What a reading may use besides its upstream. */
export function readContext(kernel: Kernel): ReadContext {
  return {
    events: (stream) => readStream(kernel.pool, stream),
    ask: (question) => question(kernel),
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  }
}
