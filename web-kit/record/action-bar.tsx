import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { type ReactNode, useRef } from 'react'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { keysOf, type OfferedAction } from './offered-actions.ts'
import styles from './record.module.css'
import { useWaiting } from './use-waiting.ts'

/** What can be done to a record. What is not allowed stays, disabled, and says why. */
export function ActionBar({
  of,
  offered,
  onAct,
  first,
  more,
}: {
  of: EntityRef
  offered: OfferedAction[]
  onAct: (action: string) => void
  /** What stands before them. */
  first?: ReactNode
  /** What the place it is shown in adds: assigning the work item. */
  more?: ReactNode
}) {
  const t = useText()
  const why = useWaiting(
    of,
    offered.map(({ affordance }) => affordance),
  )
  const group = useRef<HTMLDivElement>(null)
  // The hand goes to the button, which is described by why it is barred.
  const toBarred = (action: string) =>
    group.current?.querySelector<HTMLElement>(`[data-action="${CSS.escape(action)}"]`)?.focus()
  useKeys(t('record.keys'), keysOf(offered, onAct, toBarred))
  return (
    <div ref={group} className={styles.actions} role="group" aria-label={t('record.actions')}>
      {first}
      {offered.map(({ affordance, title, key }) => (
        <Button
          key={affordance.action}
          keys={key}
          data-action={affordance.action}
          disabledReason={affordance.allowed ? undefined : <MoneyText>{why(affordance)}</MoneyText>}
          onClick={() => onAct(affordance.action)}
        >
          {title}
        </Button>
      ))}
      {more}
    </div>
  )
}
