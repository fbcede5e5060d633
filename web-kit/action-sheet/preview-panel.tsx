import type { ActionDeclaration, Preview } from '@countersign/sdk/wire/actions.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { formatDuration } from '../duration.ts'
import { commaList, formatList } from '../format-list.ts'
import { useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { PreviewText } from '../request/request-facts.tsx'
import { AbsoluteTime } from '../time.tsx'
import styles from './action-sheet.module.css'
import type { SheetForm } from './sheet-state.ts'

export type PreviewState =
  | { phase: 'waiting' }
  /** It would be as it is. */
  | { phase: 'unchanged' }
  | { phase: 'loading' }
  | { phase: 'refused'; why: string }
  | { phase: 'ready'; preview: Preview }

/** What it does, who must agree, and what there is if it was wrong. Of one height while it loads. */
export function PreviewPanel({
  state,
  action,
  inverse,
  how,
  at,
}: {
  state: PreviewState
  action: Pick<ActionDeclaration, 'if_wrong'>
  how: SheetForm['how']
  /** When it is to be carried out; undefined: as soon as it is agreed to. */
  at: string | undefined
  inverse: ActionDeclaration | undefined
}) {
  const t = useText()
  return (
    <section className={styles.panel} aria-live="polite" aria-busy={state.phase === 'loading'}>
      {state.phase === 'ready' ? (
        <Facts
          facts={[
            {
              label: t('sheet.whatItDoes'),
              wide: true,
              value: <PreviewText preview={state.preview} freshAt={state.preview.fresh_at} />,
            },
            { label: t('sheet.when'), wide: true, value: at === undefined ? null : <When at={at} /> },
            {
              label: t('sheet.whoAgrees'),
              wide: true,
              value: <WhoAgrees preview={state.preview} how={how} />,
            },
            {
              label: t('sheet.ifWrong'),
              wide: true,
              value: <IfWrong action={action} inverse={inverse} />,
            },
          ]}
        />
      ) : state.phase === 'loading' ? (
        <Skeleton lines={4} label={t('sheet.previewLoading')} />
      ) : state.phase === 'refused' ? (
        <RefusedPreview why={state.why} />
      ) : (
        <p className={styles.muted}>
          {t(state.phase === 'unchanged' ? 'sheet.previewUnchanged' : 'sheet.previewWaiting')}
        </p>
      )}
    </section>
  )
}

function RefusedPreview({ why }: { why: string }) {
  const t = useText()
  return (
    <Facts
      facts={[
        {
          label: t('sheet.previewRefused'),
          value: (
            <span className={styles.refused}>
              <MoneyText>{why}</MoneyText>
            </span>
          ),
        },
      ]}
    />
  )
}

function When({ at }: { at: string }) {
  const t = useText()
  return (
    <strong>
      {t('sheet.when.notBefore')} <AbsoluteTime at={at} />
    </strong>
  )
}

/** Who has to agree, by name where they are known. */
export function WhoAgrees({
  preview,
  how = 'approval',
}: {
  preview: Pick<Preview, 'approvals'> & Partial<Pick<Preview, 'emergency'>>
  how?: SheetForm['how']
}) {
  const t = useText()
  const language = useLanguage()
  const { required, eligible_people, eligible_roles, expires_in_s } = preview.approvals
  if (required === 0) return t('sheet.nobody')
  const roles = formatList(eligible_roles, language, 'disjunction')
  const named = eligible_people ?? []
  const expiry =
    how === 'break_glass' || expires_in_s === undefined
      ? ''
      : how === 'emergency' && preview.emergency !== undefined
        ? t('sheet.lapses', { length: formatDuration(preview.emergency.limit_s * 1_000, language) })
        : t('sheet.expires', { length: formatDuration(expires_in_s * 1_000, language) })
  return (
    <>
      {named.length === 0
        ? t('sheet.approversByRole', { count: required, roles })
        : t('sheet.approvers', {
            count: required,
            people: commaList(
              named.map(({ name }) => name),
              t,
            ),
            roles,
          })}{' '}
      {expiry}
    </>
  )
}

/** What there is to do about it afterwards. */
export function IfWrong({
  action,
  inverse,
}: {
  action: Pick<ActionDeclaration, 'if_wrong'>
  inverse: ActionDeclaration | undefined
}) {
  const t = useText()
  return inverse === undefined
    ? (action.if_wrong ?? t('sheet.ifWrong.none'))
    : t('sheet.ifWrong.inverse', { title: inverse.title })
}
