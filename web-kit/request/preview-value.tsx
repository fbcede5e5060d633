import type { PreviewChange, PreviewValue } from '@countersign/sdk/wire/actions.ts'
import type { Drift } from '@countersign/sdk/wire/approvals.ts'
import { EntityLink } from '../entity-link.tsx'
import { useMe } from '../me-context.tsx'
import { useLanguage, useText } from '../messages.ts'
import { isMoney, Money } from '../money.tsx'
import { MoneyText } from '../money-text.tsx'
import { numberFormat } from '../number-format.ts'
import { OwnDirection } from '../own-direction.tsx'
import { ruleTextAlone } from '../policy/rule-text.ts'
import { AbsoluteTime } from '../time.tsx'
import styles from './preview.module.css'

/** RFC 3339. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** One value of a preview: money as money, numbers as the language writes them, times in the chosen zone, states in words. */
export function PreviewCell({ value }: { value: PreviewValue | undefined }) {
  const t = useText()
  const language = useLanguage()
  if (value === undefined || value === null) {
    return (
      <span className={styles.none} role="img" aria-label={t('preview.nothing')}>
        –
      </span>
    )
  }
  if (isMoney(value)) return <Money value={value} />
  if (typeof value === 'boolean') return value ? t('preview.yes') : t('preview.no')
  if (typeof value === 'number') return numberFormat(language).format(value)
  return INSTANT.test(value) ? (
    <AbsoluteTime at={value} />
  ) : (
    <OwnDirection text={value}>
      <MoneyText>{readable(value)}</MoneyText>
    </OwnDirection>
  )
}

/** What changes, before and after, a row each. */
export function ChangeTable({ changes }: { changes: PreviewChange[] }) {
  const t = useText()
  if (changes.length === 0) return null
  return (
    <dl className={styles.changes}>
      {changes.map((change) => (
        <div key={change.label} className={styles.change}>
          <dt>{change.label}</dt>
          <dd>
            {change.before === undefined ? null : (
              <>
                <span className={styles.side}>
                  <Side change={change} of="before" />
                </span>
                <Arrow label={t('preview.becomes')} />
              </>
            )}
            <span className={styles.side}>
              <Side change={change} of="after" />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A rule is worded here, as everywhere on the screen; whoever reads is "you". */
function Side({ change, of }: { change: PreviewChange; of: 'before' | 'after' }) {
  const t = useText()
  const me = useMe()
  const language = useLanguage()
  if (change.rules === undefined) {
    if (change[of] === me.person.id) return t('preview.you')
    const cell = <PreviewCell value={change[of]} />
    return change.to !== undefined && of === 'after' ? <EntityLink to={change.to}>{cell}</EntityLink> : cell
  }
  const rule = change.rules[of]
  return <>{rule === null ? t('policy.said.noRule') : ruleTextAlone(rule, t, language)}</>
}

/** What moved between the request and now. */
export function DriftTable({ drift }: { drift: Drift[] }) {
  const t = useText()
  if (drift.length === 0) return <span className={styles.none}>{t('request.noDrift')}</span>
  return (
    <dl className={styles.changes}>
      {drift.map((one) => (
        <div key={one.label} className={styles.change}>
          <dt>{one.label}</dt>
          <dd>
            <del className={styles.was}>
              <PreviewCell value={one.was} />
            </del>{' '}
            <ins className={styles.now}>
              <PreviewCell value={one.now} />
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Arrow({ label }: { label: string }) {
  return (
    <span className={styles.arrow} role="img" aria-label={label}>
      →
    </span>
  )
}

/** `return_received` is a word for machines; a person reads "return received". */
export function readable(value: string): string {
  return /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll('_', ' ') : value
}
