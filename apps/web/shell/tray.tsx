import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { Button } from '@countersign/ui/button.tsx'
import { endedRows } from '@countersign/web-kit/bulk/row-state.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { formatDuration } from '@countersign/web-kit/duration.ts'
import { lazyDialog } from '@countersign/web-kit/lazy-part.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { requestQuery, underWayQuery } from '@countersign/web-kit/queries.ts'
import { isSettled, isUnderWayOverMany } from '@countersign/web-kit/request/request-state.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import styles from './tray.module.css'

const EndRequestDialog = lazyDialog(
  async () => ({
    default: (await import('@countersign/web-kit/request/decide-dialog.tsx')).EndRequestDialog,
  }),
  'request.stop',
)

/** Before that too little has happened to tell how long the rest takes. */
const ESTIMATED_AFTER_MS = 2_000

/** What I asked for over many records, while it is carried out and until I have seen what came of it, on every page. */
export default function Tray() {
  const t = useText()
  const { data } = useQuery(underWayQuery(useClient()))
  const [followed, setFollowed] = useState<readonly string[]>([])
  const [hidden, setHidden] = useState<readonly string[]>([])
  const begun = (data ?? []).map(({ id }) => id).filter((id) => !followed.includes(id))
  if (begun.length > 0) setFollowed([...followed, ...begun])
  const shown = followed.filter((id) => !hidden.includes(id))
  if (shown.length === 0) return null
  return (
    <section className={styles.tray} aria-label={t('tray.title')}>
      {shown.map((id) => (
        <Work key={id} id={id} onHide={() => setHidden([...hidden, id])} />
      ))}
    </section>
  )
}

function Work({ id, onHide }: { id: string; onHide: () => void }) {
  const t = useText()
  const { data: request, dataUpdatedAt } = useQuery(requestQuery(useClient(), id))
  const [stopping, setStopping] = useState(false)
  const left = useTimeLeft(request, dataUpdatedAt)
  if (request?.bulk === undefined) return null
  const { count, counts } = request.bulk
  const ended = endedRows(request.bulk)
  const over = isSettled(request.state)
  const done = counts.executed ?? 0
  return (
    <article className={styles.work} aria-label={request.title}>
      <div className={styles.head}>
        <Link to={paths.request(id)} className={styles.name}>
          {request.title}
        </Link>
        {over ? (
          <Button size="small" variant="quiet" onClick={onHide}>
            {t('tray.hide')}
          </Button>
        ) : isUnderWayOverMany(request) ? (
          <Button size="small" variant="quiet" onClick={() => setStopping(true)}>
            {t('request.stop')}
          </Button>
        ) : null}
      </div>
      <progress
        className={styles.bar}
        value={ended}
        max={count}
        data-failed={ended > done || undefined}
        aria-label={t('bulk.progressText', { ended, count })}
      />
      <p className={styles.said} role="status">
        {over
          ? done === count
            ? t('tray.done', { count })
            : t('tray.partly', { done, left: count - done })
          : request.withdrawal !== undefined
            ? t('tray.stopping')
            : t('bulk.progressText', { ended, count })}
        {left === null ? null : ` · ${t('tray.left', { length: left })}`}
      </p>
      {stopping ? (
        <Suspense>
          <EndRequestDialog
            request={request}
            how="cancel"
            onClose={() => setStopping(false)}
            onDone={() => setStopping(false)}
          />
        </Suspense>
      ) : null}
    </article>
  )
}

/** How long the rest takes at the pace of what has ended since it was first looked at; null while that is not known. */
function useTimeLeft(request: ActionRequest | undefined, readAt: number): string | null {
  const language = useLanguage()
  const [first, setFirst] = useState<{ at: number; ended: number } | null>(null)
  if (request?.bulk === undefined || isSettled(request.state)) return null
  const ended = endedRows(request.bulk)
  if (first === null) {
    setFirst({ at: readAt, ended })
    return null
  }
  const since = readAt - first.at
  if (since < ESTIMATED_AFTER_MS || ended === first.ended) return null
  return formatDuration((since / (ended - first.ended)) * (request.bulk.count - ended), language)
}
