import { Banner } from '@countersign/ui/banner.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { upstreamsQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { consoleOfKind, upstreamWords } from '../consoles.ts'

/** O-15: on every page whose actions go to an upstream that is paused, that it is. */
export function PausedUpstreams({ pathname }: { pathname: string }) {
  const t = useText()
  const me = useMe()
  const list = useQuery({ ...upstreamsQuery(useClient()), enabled: me.permissions.includes('kernel:read') })
  const paused = (list.data?.connectors ?? []).filter(
    ({ paused, consoles }) => paused !== null && consoles.some((name) => concerns(pathname, name)),
  )
  return paused.map(({ name, waiting }) => (
    <Banner
      key={name}
      tone="attention"
      action={<Link to={paths.entity({ kind: 'upstream', id: name })}>{t('shell.upstreamPaused.open')}</Link>}
    >
      {t('shell.upstreamPaused', { upstream: upstreamWords(name, t), count: waiting.effects })}
    </Banner>
  ))
}

/** Whether a page is of a console, or of all of them: its queues and records, requests and approvals. */
function concerns(pathname: string, console: string): boolean {
  const [, first, kind] = pathname.split('/')
  switch (first) {
    case 'entities':
      return consoleOfKind(decodeURIComponent(kind ?? ''))?.name === console
    case 'requests':
    case 'approvals':
    case '':
    case undefined:
      return true
    default:
      return first === console
  }
}
