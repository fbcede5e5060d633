import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { lazy } from 'react'
import { parts, text } from './fields.ts'
import styles from './records.module.css'

/** A screening hit: the two names one above the other, what matches in them, and the other identifiers. */
export const hitView: RecordView = {
  name: 'transfers.kind.hit',
  headedBy: 'id',
  states: {
    open: { label: 'transfers.state.open', tone: 'attention' },
    true_match: { label: 'transfers.state.true_match', tone: 'danger' },
    cleared: { label: 'transfers.state.cleared', tone: 'neutral' },
    superseded: { label: 'transfers.state.superseded', tone: 'neutral' },
  },
  Lead: HitLead,
  Body: lazy(() => import('./hit-body.tsx')),
}

function HitLead({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const score = Number(entity.data.score)
  const number = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const before = parts(entity.data, 'history').length
  const list = [text(entity.data, 'list'), text(entity.data, 'list_version')].filter(Boolean).join(' ')
  return (
    <p className={styles.muted}>
      {list}
      {Number.isFinite(score) ? ` · ${t('transfers.hit.score', { score: number.format(score) })}` : ''}
      {before > 0 ? ` · ${t('transfers.hit.times', { count: before + 1 })}` : ''}
    </p>
  )
}
