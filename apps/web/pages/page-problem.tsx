import { Notice } from '@countersign/ui/notice.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'

/** A page that could not be drawn: what failed, and again. */
export function PageProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <ProblemNotice
      page
      error={error}
      onRetry={() => {
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
