import type { Entity } from '@countersign/sdk/wire.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import type { OfferedAction } from './offered-actions.ts'
import styles from './record.module.css'

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
  useKeys(
    t('record.keys'),
    offered.flatMap(({ affordance, title, key }) =>
      key === undefined
        ? []
        : [{ keys: key, label: title, run: () => onAct(affordance.action), when: () => affordance.allowed }],
    ),
    { modal: true },
  )
  return (
    <Dialog title={t('record.actions')} onClose={onClose}>
      <p className={styles.subject}>{entity.title}</p>
      {offered.length === 0 ? <p>{t('record.noActions')}</p> : null}
      <ul className={styles.menu}>
        {offered.map(({ affordance, title, key }) => (
          <li key={affordance.action}>
            <Button
              keys={key}
              disabledReason={affordance.allowed ? undefined : (affordance.reason ?? t('record.notAllowed'))}
              onClick={() => onAct(affordance.action)}
            >
              {title}
            </Button>
            {affordance.allowed ? null : (
              <span className={styles.why}>{affordance.reason ?? t('record.notAllowed')}</span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
