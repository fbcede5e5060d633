import type { Affordance, Entity } from '@countersign/sdk/wire/entities.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { useWaiting } from '@countersign/web-kit/record/use-waiting.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { useActOn } from '@countersign/web-kit/use-act-on.ts'
import { useEntity } from '@countersign/web-kit/use-entity.ts'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import styles from './records.module.css'
import { screeningTexts } from './screening/screening-texts.ts'

/** A screening hit: the two names one above the other, what matches in them, and the other identifiers. */
export const hitView: RecordView = {
  name: 'transfers.kind.hit',
  headedBy: 'title',
  states: {
    open: { label: 'transfers.state.open', tone: 'attention' },
    true_match: { label: 'transfers.state.true_match', tone: 'danger' },
    cleared: { label: 'transfers.state.cleared', tone: 'neutral' },
    superseded: { label: 'transfers.state.superseded', tone: 'neutral' },
  },
  Lead: HitLead,
  Foremost: SameParty,
  Body: lazyPart(
    withTexts(() => import('./hit-body.tsx'), screeningTexts),
    'record.body',
  ),
}

function HitLead({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const score = Number(entity.data.score)
  const before = parts(entity.data, 'history').length
  const list = [text(entity.data, 'list'), text(entity.data, 'list_version')].filter(Boolean).join(' ')
  return (
    <p className={styles.muted}>
      {list}
      {Number.isFinite(score) ? ` · ${t('transfers.hit.score', { score: scoreText(score, language) })}` : ''}
      {before > 0 ? ` · ${t('transfers.hit.times', { count: before + 1 })}` : ''}
    </p>
  )
}

const FREEZE = 'transfers.freeze_entity'
const NONE: Affordance[] = []

/** A true match is frozen, which takes others' agreement: on the party's own record, which says whether that can be asked for. */
function SameParty({ entity }: { entity: Entity }) {
  const id = text(entity.data, 'party_id')
  if (id === null || entity.state !== 'open' || entity.data.party_frozen === true) return null
  return <FreezeParty party={{ kind: 'party', id }} hit={{ kind: 'hit', id: entity.id }} />
}

function FreezeParty({ party, hit }: { party: EntityRef; hit: EntityRef }) {
  const t = useText()
  const actOn = useActOn()
  const { data, isPending } = useEntity(party)
  const affordances = data?.affordances ?? NONE
  const why = useWaiting(party, affordances)
  const freeze = affordances.find(({ action }) => action === FREEZE)
  const barred =
    freeze === undefined
      ? t(isPending ? 'transfers.hit.partyRead' : 'transfers.hit.partyUnread')
      : freeze.allowed
        ? undefined
        : why(freeze)
  const go = () => {
    if (barred === undefined) actOn(party, FREEZE, hit)
  }
  useKeys(t('transfers.hit.keys'), [{ keys: 's', label: t('transfers.hit.sameParty'), run: go }])
  return (
    <Button keys="s" disabledReason={barred} onClick={go}>
      {t('transfers.hit.sameParty')}
    </Button>
  )
}
