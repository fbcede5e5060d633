import { ProblemError, problemStatus } from '@countersign/sdk/problem.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { formatDuration } from './duration.ts'
import { useLanguage, useText } from './messages.ts'
import { signInAgain } from './sign-in-again.ts'

/** Whether nothing goes on without signing in again: once more (RFC 9470), or because the session is over. */
export function isSignInAsked(error: unknown): boolean {
  return problemStatus(error) === 401
}

/** How recent a sign-in the server asks for before it goes on (RFC 9470), in s; undefined where it is no such refusal. */
export function stepUpAsked(error: unknown): number | undefined {
  if (!(error instanceof ProblemError) || error.problem.code !== 'insufficient_user_authentication')
    return undefined
  const { max_age } = error.problem as { max_age?: unknown }
  return typeof max_age === 'number' ? max_age : 0
}

/** Offers to sign in again and to come back to this very place. */
export function StepUpBanner({
  maxAgeS,
  onLeave,
}: {
  /** How recent it has to be, in s; undefined: the session is over. */
  maxAgeS: number | undefined
  onLeave?: () => void
}) {
  const t = useText()
  const language = useLanguage()
  const leave = () => {
    onLeave?.()
    signInAgain(maxAgeS)
  }
  return (
    <Banner
      tone="attention"
      action={
        <Button size="small" variant="primary" onClick={leave}>
          {t('stepUp.signIn')}
        </Button>
      }
    >
      {maxAgeS === undefined
        ? t('stepUp.ended')
        : t('stepUp.needed', { length: formatDuration(maxAgeS * 1000, language) })}
    </Banner>
  )
}
