import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { keysOf, type OfferedAction } from './offered-actions.ts'
import styles from './record.module.css'
import { useWaiting } from './use-waiting.ts'

/** The actions of a record as a list under the hand: `.` opens it, a key or Enter chooses. */
export function ActionMenu({
  entity,
  offered,
  onAct,
  onClose,
}: {
  entity: Entity
  offered: OfferedAction[]
  onAct: (action: string) => void
  onClose: () => void
}) {
  const t = useText()
  const why = useWaiting(
    entity,
    offered.map(({ affordance }) => affordance),
  )
  // Why one is barred stands beside it.
  useKeys(
    t('record.keys'),
    keysOf(offered, onAct, () => undefined),
    { modal: true },
  )
  return (
    <Dialog
      title={t('record.actions')}
      onClose={onClose}
      footer={
        <Button variant="quiet" onClick={onClose} keys="Escape">
          {t('dialog.close')}
        </Button>
      }
    >
      <p className={styles.subject}>
        <MoneyText>{entity.title}</MoneyText>
      </p>
      {offered.length === 0 ? <p>{t('record.noActions')}</p> : null}
      <ul className={styles.menu}>
        {offered.map(({ affordance, title, key }) => (
          <li key={affordance.action}>
            <Button
              keys={key}
              disabledReason={affordance.allowed ? undefined : <MoneyText>{why(affordance)}</MoneyText>}
              onClick={() => onAct(affordance.action)}
            >
              {title}
            </Button>
            {affordance.allowed ? null : (
              <span className={styles.why}>
                <MoneyText>{why(affordance)}</MoneyText>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
