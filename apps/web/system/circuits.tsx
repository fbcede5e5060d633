import type { UpstreamSummary } from '@countersign/sdk/wire/upstreams.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import styles from './system.module.css'
import { circuits } from './upstream-states.ts'

/** Those that are not closed by name, the others by their number. */
export function Circuits({ upstream: { processes } }: { upstream: UpstreamSummary }) {
  const t = useText()
  const broken = processes.filter(({ circuit }) => circuit !== 'closed')
  const closed = processes.length - broken.length
  return (
    <ul className={styles.rosters}>
      {broken.map(({ process, circuit, last_failure, next_probe_at }) => (
        <li key={process}>
          <bdi>{process}</bdi>: <strong>{t(circuits[circuit] ?? circuit)}</strong>
          {last_failure === null ? null : (
            <>
              {' '}
              (<bdi>{last_failure}</bdi>)
            </>
          )}
          {next_probe_at === null ? null : (
            <>
              {t('sign.comma')}
              {/* Once its time has come nothing is tried by itself: the next call is the try. */}
              {circuit === 'half_open' ? (
                t('system.upstream.probeDue')
              ) : (
                <>
                  {t('system.upstream.probe')} <RelativeTime at={next_probe_at} />
                </>
              )}
            </>
          )}
        </li>
      ))}
      {closed > 0 ? <li>{t('system.upstream.closed', { count: closed })}</li> : null}
    </ul>
  )
}
