import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Suspense } from 'react'
import { consoles } from '../consoles.ts'
import { NotFoundPage } from './page-problem.tsx'

const route = getRouteApi('/signed-in/consoles/$console/$page')

/** A page that a console has beside its queues, lists and records. */
export function OwnPage() {
  const t = useText()
  const { console: name, page } = route.useParams() as { console: string; page: string }
  const { console } = route.useLoaderData() as { console: ConsoleWeb | null }
  const mine = useMe().consoles.some((one) => one.name === name)
  const place = consoles
    .find((one) => one.name === name)
    ?.places?.find(({ to }) => 'page' in to && to.page === page)
  const Page = console?.pages?.[page]
  if (Page === undefined || place === undefined) return <NotFoundPage />
  if (!mine) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <>
      <title>{t('page.title', { page: t(place.title) })}</title>
      <Suspense fallback={<Skeleton lines={12} label={t('home.loading')} />}>
        <Page />
      </Suspense>
    </>
  )
}
