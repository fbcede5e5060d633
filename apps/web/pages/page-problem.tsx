import { Notice } from '@countersign/ui/notice.tsx'
import { usePersonId } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { NotLoadedError } from '@countersign/web-kit/not-loaded-error.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { reloadKeeping } from '@countersign/web-kit/reload-keeping.ts'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'

/** A page that could not be drawn: what failed, and again. */
export function PageProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const me = usePersonId()
  return (
    <ProblemNotice
      page
      error={error}
      onRetry={() => {
        // Only where everything is asked for anew is what has another name since found.
        if (error instanceof NotLoadedError) return void reloadKeeping(me)
        reset()
        void router.invalidate()
      }}
    />
  )
}

/** An address that leads nowhere. */
export function NotFoundPage() {
  const t = useText()
  return (
    <Notice page title={t('notFound.title')} actions={<Link to="/">{t('notFound.home')}</Link>}>
      {t('notFound.detail')}
    </Notice>
  )
}
