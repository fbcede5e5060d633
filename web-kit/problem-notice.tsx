import { ProblemError, UnreachableError } from '@countersign/sdk/problem.ts'
import { Button } from '@countersign/ui/button.tsx'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { type Translate, useText } from './messages.ts'

/** What failed, what to do about it, the request id for whoever is asked, and a way to try again. */
export function ProblemNotice({
  error,
  onRetry,
  page = false,
}: {
  error: unknown
  onRetry?: () => void
  page?: boolean
}) {
  const t = useText()
  const { title, detail, requestId, retryable } = describeProblem(error, t)
  return (
    <Notice
      urgent
      page={page}
      title={title}
      {...(retryable && onRetry !== undefined
        ? { actions: <Button onClick={onRetry}>{t('problem.retry')}</Button> }
        : {})}
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
      {detail}
    </Notice>
  )
}

/** An error in an operator's words. */
export function describeProblem(
  error: unknown,
  t: Translate,
): { title: string; detail: string; requestId?: string; retryable: boolean } {
  if (error instanceof UnreachableError) {
    return { title: t('problem.unreachable'), detail: t('problem.unreachable.detail'), retryable: true }
  }
  if (error instanceof ProblemError) {
    const { problem } = error
    const known: Record<number, string> = {
      401: 'problem.signedOut',
      403: 'problem.forbidden',
      404: 'problem.notFound',
    }
    const id = known[problem.status]
    return {
      title: id === undefined ? problem.title : t(id),
      detail: problem.detail ?? problem.message ?? problem.title,
      ...(problem.request_id === undefined ? {} : { requestId: problem.request_id }),
      retryable: problem.status !== 403 && problem.status !== 404,
    }
  }
  return {
    title: t('problem.page'),
    detail: error instanceof Error ? error.message : String(error),
    retryable: true,
  }
}
