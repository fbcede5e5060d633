import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import type { ReactNode } from 'react'
import { useKeys } from './keymap.tsx'
import { useText } from './messages.ts'
import { useBarredPress } from './use-barred-press.ts'

/** A few lines over the page: a way out that a finger finds, and the one thing that it is for, by key as well. */
export function ConfirmDialog({
  title,
  confirm,
  size,
  ready,
  onClose,
  children,
}: {
  title: string
  /** Absent: what can be done stands inside. */
  confirm?: {
    label: string
    busy?: boolean
    /** Why it cannot be done now. */
    barred?: string | undefined
    run: () => void
  }
  size?: 'plain' | 'sheet'
  /** False while what is chosen from is being read. */
  ready?: boolean
  onClose: () => void
  children: ReactNode
}) {
  const t = useText()
  const explained = useBarredPress(confirm?.barred)
  const run = () => {
    explained.pressed()
    if (confirm && confirm.barred === undefined && confirm.busy !== true) confirm.run()
  }
  useKeys(title, confirm ? [{ keys: 'mod+Enter', label: confirm.label, whileTyping: true, run }] : [], {
    modal: true,
  })
  return (
    <Dialog
      title={title}
      {...(size === undefined ? {} : { size })}
      {...(ready === undefined ? {} : { ready })}
      onClose={onClose}
      footer={
        <>
          <span role="status">{explained.said}</span>
          <Button variant="quiet" onClick={onClose} keys="Escape">
            {t(confirm ? 'dialog.cancel' : 'dialog.close')}
          </Button>
          {confirm ? (
            <Button
              variant="primary"
              keys="mod+Enter"
              busy={confirm.busy ?? false}
              disabledReason={confirm.barred}
              onClick={run}
            >
              {confirm.label}
            </Button>
          ) : null}
        </>
      }
    >
      {children}
    </Dialog>
  )
}
