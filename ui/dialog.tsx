import { type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './dialog.module.css'

/**
 * A modal over the page, mounted while it is open: the browser holds focus inside, Escape asks to close, focus goes
 * back to where it was. `sheet` is wide, for a form; `plain` for a few lines.
 */
export function Dialog({
  title,
  aside,
  size = 'plain',
  onClose,
  children,
  footer,
}: {
  title: string
  aside?: ReactNode
  size?: 'plain' | 'sheet'
  onClose: () => void
  children: ReactNode
  footer?: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useEffect(() => {
    const node = dialog.current
    const before = document.activeElement
    if (node !== null && !node.open) node.showModal()
    return () => {
      node?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])

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
