import type { IntentState } from '@countersign/sdk/intent.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useKeys } from '../keymap.tsx'
import { useText } from '../messages.ts'
import { isSignInAsked, StepUpBanner, stepUpAsked } from '../step-up.tsx'
import { useBarredPress } from '../use-barred-press.ts'
import styles from './action-sheet.module.css'
import { isStalePreview } from './sheet-state.ts'

/** The sheet of something that is asked for: the form, and the one button that asks, by key as well. */
export function AskingDialog({
  action,
  title = action.title,
  confirm,
  state,
  onClose,
  children,
}: {
  action: ActionDeclaration
  title?: string
  confirm: {
    label: string
    /** Somebody has to agree first. */
    asks: boolean
    /** Why it cannot be asked for now. */
    disabledReason: string | undefined
    /** What became of a press that came too early. */
    said: string | undefined
    run: () => void
  }
  state: IntentState<unknown>
  onClose: () => void
  children: ReactNode
}) {
  const t = useText()
  const barred = state.phase === 'undecided' ? undefined : confirm.disabledReason
  const explained = useBarredPress(barred)
  const [tries, setTries] = useState(0)
  const form = useRef<HTMLDivElement>(null)
  const run = () => {
    explained.pressed()
    confirm.run()
    setTries(tries + 1)
  }
  // What is wrong is said beside its field: whoever pressed is led to the first of them.
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [tries])
  useKeys(t('sheet.keys'), [{ keys: 'mod+Enter', label: confirm.label, whileTyping: true, run }], {
    modal: true,
  })
  return (
    <Dialog
      size="sheet"
      title={title}
      aside={<Risk of={action} />}
      onClose={onClose}
      footer={
        <>
          <p role="status" className={styles.notSent}>
            {explained.said ?? confirm.said}
          </p>
          <Button variant="quiet" onClick={onClose} keys="Escape">
            {t('sheet.cancel')}
          </Button>
          <Button
            variant={action.tone === 'danger' && !confirm.asks ? 'danger' : 'primary'}
            keys="mod+Enter"
            busy={state.phase === 'sending'}
            disabledReason={barred}
            onClick={run}
          >
            {state.phase === 'sending'
              ? t('sheet.sending')
              : state.phase === 'undecided'
                ? t('sheet.sendAgain')
                : confirm.label}
          </Button>
        </>
      }
    >
      <div ref={form}>{children}</div>
    </Dialog>
  )
}

/** The sheet once it was asked: what came of it. The same keys close it. */
export function AskedDialog({
  action,
  title = action.title,
  onClose,
  children,
}: {
  action: ActionDeclaration
  title?: string
  onClose: () => void
  children: ReactNode
}) {
  const t = useText()
  const close = { keys: 'mod+Enter', label: t('sheet.close'), whileTyping: true, run: onClose }
  useKeys(t('sheet.keys'), [close], { modal: true })
  return (
    <Dialog
      size="sheet"
      title={title}
      aside={<Risk of={action} />}
      onClose={onClose}
      footer={
        <Button variant="primary" ref={focusNow} onClick={onClose}>
          {t('sheet.close')}
        </Button>
      }
    >
      {children}
    </Dialog>
  )
}

/** Why it was not taken, and what to do: sign in again, look at what it does now, send it again. */
export function AskingProblem({
  state,
  refusal,
  onLeave,
}: {
  state: IntentState<unknown>
  refusal: (error: unknown) => string
  onLeave: () => void
}) {
  const t = useText()
  if (state.phase !== 'refused' && state.phase !== 'undecided') return null
  if (isSignInAsked(state.error)) {
    return <StepUpBanner maxAgeS={stepUpAsked(state.error)} onLeave={onLeave} />
  }
  if (state.phase === 'undecided') return <Banner tone="attention">{t('sheet.undecided')}</Banner>
  if (isStalePreview(state.error)) return <Banner tone="attention">{t('sheet.previewStale')}</Banner>
  return (
    <Banner tone="danger">
      {t('sheet.refused')} {refusal(state.error)}
    </Banner>
  )
}

/** What was asked for is asked: the one thing left to do has the focus, wherever it was before. */
function focusNow(button: HTMLButtonElement | null) {
  button?.focus()
}

function Risk({ of }: { of: ActionDeclaration }) {
  const t = useText()
  return (
    <span className={styles.risk} data-risk={of.risk}>
      {of.moves_money ? `${t('sheet.movesMoney')} · ` : ''}
      {t(RISKS[of.risk])}
    </span>
  )
}

const RISKS = {
  low: 'sheet.risk.low',
  medium: 'sheet.risk.medium',
  high: 'sheet.risk.high',
  critical: 'sheet.risk.critical',
} as const
