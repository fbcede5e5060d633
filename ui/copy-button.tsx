import { useState } from 'react'
import styles from './copy-button.module.css'

const SHOWN_FOR_MS = 1_500

/** Copies `value`; says so in place and to screen readers. */
export function CopyButton({ value, label, doneLabel }: { value: string; label: string; doneLabel: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={label}
      title={label}
      onClick={() => {
        void navigator.clipboard.writeText(value).then(() => {
          setCopied(true)
          setTimeout(() => setCopied(false), SHOWN_FOR_MS)
        })
      }}
    >
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {copied ? <path d="M2 6.5l2.5 2.5L10 3.5" /> : <path d="M4.5 3.5v-2h6v6h-2M1.5 4.5h6v6h-6z" />}
      </svg>
      <span className="visually-hidden" aria-live="polite">
        {copied ? doneLabel : ''}
      </span>
    </button>
  )
}
