import { counted, say, type Text } from '@countersign/kernel/languages/say.ts'
import type { EdgeOwner } from '../edge/edge-port.ts'
import type { RateLimitRule, WouldLimit } from './rate-limit.ts'

/** P-05: what a limit would have refused of what came; nothing where there is no limit to be tried. */
export function wouldHaveLimited(
  { scope }: Pick<EdgeOwner, 'scope'>,
  would: WouldLimit | null | undefined,
): readonly Text[] {
  if (would === undefined) return []
  if (would === null) return [say`What it would have limited of the last 24 hours cannot be said now.`]
  const { refused, merchants } = would
  return scope === 'console'
    ? [
        say`In the last 24 hours it would have limited ${counted(refused, 'one {# request} other {# requests}')} of operators, taken together.`,
      ]
    : [
        say`In the last 24 hours it would have limited ${counted(refused, 'one {# request} other {# requests}')} of ${counted(merchants, 'one {# merchant} other {# merchants}')}.`,
      ]
}

/** `600 in 60 s, and 100 more at once` */
export function ruleText({ limit, window_s, burst }: RateLimitRule): Text {
  return burst === 0
    ? say`${counted(limit, 'one {# request} other {# requests}')} in ${window_s} s`
    : say`${counted(limit, 'one {# request} other {# requests}')} in ${window_s} s, and ${burst} more at once`
}

/** What becomes of a request beyond it. */
export function limitEffects({ scope }: Pick<EdgeOwner, 'scope'>): readonly Text[] {
  return scope === 'console'
    ? [
        say`Each operator of this console has it for themselves; beyond it they are answered 429.`,
        say`What stops harm, approvals, and putting limits right have quotas of their own.`,
      ]
    : [say`Requests beyond it are answered 429; nothing that is due to a merchant waits for it.`]
}
