import { say } from '../languages/say.ts'
import type { PreviewBody } from './define-action.ts'
import type { Failure } from './failure.ts'

/** What was confirmed is not what would happen now, which is told with it. */
export function stalePreview(digest: string, preview: PreviewBody): Failure {
  return {
    kind: 'conflict',
    code: 'preview_stale',
    message: say`What this would do has changed since you were shown it. Look at it again and confirm.`,
    extra: { preview_digest: digest, preview },
  }
}
