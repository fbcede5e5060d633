import { digestText } from '../actions/action-digest.ts'
import { confirmedPreview } from '../actions/confirmed-preview.ts'
import type { PreviewBody } from '../actions/define-action.ts'
import { type Failure, invalid } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'

/**
 * Stands for what an approver is shown of a request: its revision, and what that would do to the record as it is now. An
 * approval that names it is sealed with exactly that, or refused.
 */
export function shownDigest(revisionDigest: string, targetVersion: string, preview: PreviewBody): string {
  return digestText(
    sha256(
      canonicalBytes({
        digest: revisionDigest,
        target_version: targetVersion,
        preview: confirmedPreview(preview),
      }),
    ),
  )
}

/** Where nothing is read anew for a signature, there is no preview that somebody could have read. */
export function notReadAnew(shown: string | undefined): Failure | undefined {
  if (shown === undefined) return undefined
  const message = say`is for what is read anew when it is signed; of this, what was asked for is signed as it was shown`
  return invalid({ field: 'preview_digest', message })
}
