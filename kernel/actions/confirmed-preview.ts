import type { PreviewBody } from './define-action.ts'

/** What of a preview is confirmed with it: all but how things stand that move by themselves. */
export function confirmedPreview({ at_present: _, ...confirmed }: PreviewBody): PreviewBody {
  return confirmed
}
