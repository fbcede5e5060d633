import { isUndecided, ProblemError, UnreachableError } from '@countersign/sdk/problem.ts'
import { Button } from '@countersign/ui/button.tsx'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import type { ReactNode } from 'react'
import { type Translate, useText } from './messages.ts'
import { MoneyText } from './money-text.tsx'
import { NotLoadedError } from './not-loaded-error.ts'
import { signInAgain } from './sign-in-again.ts'
import { isSignInAsked, stepUpAsked } from './step-up.tsx'

/** What failed, what to do about it, the request id for whoever is asked, and a way to try again. */
export function ProblemNotice({
  error,
  onRetry,
  page = false,
  title: ownTitle,
  detail: ownDetail,
  actions,
  sources = {},
}: {
  error: unknown
  onRetry?: () => void
  page?: boolean
  /** These two in the place of the problem's own. */
  title?: string
  detail?: string
  actions?: ReactNode
  /** What upstreams are called: message id by source. */
  sources?: Record<string, string>
}) {
  const t = useText()
  const { title, detail, requestId, retryable } = describeProblem(error, t, sources)
  return (
    <Notice
      urgent
      page={page}
      title={ownTitle ?? title}
      actions={
        actions ??
        (isSessionOver(error) ? (
          <Button variant="primary" onClick={() => signInAgain()}>
            {t('stepUp.signIn')}
          </Button>
        ) : retryable && onRetry !== undefined ? (
          <Button onClick={onRetry}>{t('problem.retry')}</Button>
        ) : undefined)
      }
      {...(requestId === undefined
        ? {}
        : {
            fine: (
              <>
                {t('problem.requestId')} <code>{requestId}</code>
                <CopyButton value={requestId} label={t('copy.id')} doneLabel={t('copy.done')} />
              </>
            ),
          })}
    >
      <MoneyText>{ownDetail ?? detail}</MoneyText>
    </Notice>
  )
}

/** An error in an operator's words. */
export function describeProblem(
  error: unknown,
  t: Translate,
  sources: Record<string, string> = {},
): { title: string; detail: string; requestId?: string; retryable: boolean } {
  if (error instanceof UnreachableError) {
    return { title: t('problem.unreachable'), detail: t('problem.unreachable.detail'), retryable: true }
  }
  if (error instanceof NotLoadedError) {
    return { title: t('problem.notLoaded'), detail: t('problem.notLoaded.detail'), retryable: true }
  }
  // The server's own words are for whoever calls the API.
  if (isSessionOver(error)) {
    return { title: t('problem.signedOut'), detail: t('problem.signedOut.detail'), retryable: false }
  }
  if (error instanceof ProblemError) {
    const { problem } = error
    const { source } = problem
    return {
      title:
        problem.status >= 500 && source !== undefined
          ? t('problem.upstream', { source: sources[source] === undefined ? source : t(sources[source]) })
          : titleOf(problem.status, t),
      detail: problem.detail ?? problem.message ?? problem.title,
      ...(problem.request_id === undefined ? {} : { requestId: problem.request_id }),
      retryable: ![400, 403, 404].includes(problem.status),
    }
  }
  // What a program says of itself helps nobody here; the browser's own log has it.
  return { title: t('problem.page'), detail: t('problem.page.detail'), retryable: true }
}

/** Whether nobody is signed in any more; a sign-in that is only too old (RFC 9470) is another matter. */
function isSessionOver(error: unknown): boolean {
  return isSignInAsked(error) && stepUpAsked(error) === undefined
}

/** Why something that was asked for was not done; or that it is not known whether it was. */
export function describeRefusal(error: unknown, t: Translate): string {
  return isUndecided(error) ? t('problem.undecided') : describeProblem(error, t).detail
}

const TITLES: Record<number, string> = {
  400: 'problem.invalid',
  401: 'problem.signedOut',
  403: 'problem.forbidden',
  404: 'problem.notFound',
  409: 'problem.conflict',
  429: 'problem.tooMany',
}

function titleOf(status: number, t: Translate): string {
  return t(TITLES[status] ?? (status >= 500 ? 'problem.server' : 'problem.invalid'))
}
