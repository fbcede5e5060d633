import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import styles from './system.module.css'

/** The share of calls that failed, with how many that are. */
export function ErrorRate({ calls, failures }: { calls: number; failures: number }) {
  const t = useText()
  const percent = numberFormat(useLanguage(), { style: 'percent', maximumFractionDigits: 1 })
  if (calls === 0) return t('system.upstream.noCalls')
  return (
    <span className={failures > 0 ? styles.bad : undefined}>
      {t('system.upstream.failed', { share: percent.format(failures / calls), failures, calls })}
    </span>
  )
}
