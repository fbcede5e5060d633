import { type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './dialog.module.css'

/** `autofocus` in a dialog that opens counts for the browser only as an attribute, which React does not write. */
export const FIRST_FOCUS = { 'data-first-focus': true }

/**
 * What a person begins with: what asks for it, what is chosen already, the first field, or the first button that is not in
 * the way of reading.
 */
function firstOf(dialog: HTMLElement): HTMLElement | null {
  return (
    dialog.querySelector<HTMLElement>('[data-first-focus]') ??
    dialog.querySelector<HTMLElement>('input[type="radio"]:checked') ??
    dialog.querySelector<HTMLElement>('input, select, textarea') ??
    dialog.querySelector<HTMLElement>('button:not([aria-disabled="true"])')
  )
}

/**
 * A modal over the page, mounted while it is open: the browser holds focus inside, Escape asks to close, focus goes
 * back to where it was. `sheet` is wide, for a form; `plain` for a few lines.
 */
export function Dialog({
  title,
  aside,
  size = 'plain',
  ready = true,
  onClose,
  children,
  footer,
}: {
  title: string
  aside?: ReactNode
  size?: 'plain' | 'sheet'
  /** False while what one begins with is not there yet: focus waits for it. */
  ready?: boolean
  onClose: () => void
  children: ReactNode
  footer?: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useEffect(() => {
    const node = dialog.current
    const before = document.activeElement
    if (node !== null && !node.open) {
      node.showModal()
    }
    return () => {
      node?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  useEffect(() => {
    if (ready && dialog.current !== null) firstOf(dialog.current)?.focus()
  }, [ready])

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-size={size}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header className={styles.header}>
        <h2 id={titleId} className={styles.title}>
          {title}
        </h2>
        {aside}
      </header>
      <div className={styles.body}>{children}</div>
      {footer === undefined ? null : <footer className={styles.footer}>{footer}</footer>}
    </dialog>
  )
}
