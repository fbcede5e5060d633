import type { ComponentPropsWithRef, ReactNode } from 'react'
import styles from './button.module.css'
import { ariaKeys, Kbd } from './kbd.tsx'
import { Tooltip } from './tooltip.tsx'

export type ButtonProps = Omit<ComponentPropsWithRef<'button'>, 'disabled' | 'className' | 'type'> & {
  variant?: 'plain' | 'primary' | 'danger' | 'quiet'
  size?: 'normal' | 'small'
  /** The key that does the same, shown beside the label. */
  keys?: string | undefined
  /** Why it cannot be used now: the button stays, focusable and described by the reason. */
  disabledReason?: ReactNode
  busy?: boolean
  submits?: boolean
  children: ReactNode
}

export function Button({
  variant = 'plain',
  size = 'normal',
  keys,
  disabledReason,
  busy = false,
  submits = false,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const label = (
    <>
      <span className={styles.label}>{children}</span>
      {keys === undefined ? null : <Kbd keys={keys} />}
    </>
  )
  const shared = {
    ...rest,
    type: submits ? ('submit' as const) : ('button' as const),
    className: styles.button,
    'data-variant': variant,
    'data-size': size,
    'aria-busy': busy || undefined,
    'aria-keyshortcuts': keys === undefined ? undefined : ariaKeys(keys),
  }
  if (disabledReason === undefined || disabledReason === null || disabledReason === false) {
    return (
      <button {...shared} aria-disabled={busy || undefined} onClick={busy ? preventDefault : onClick}>
        {label}
      </button>
    )
  }
  return (
    <Tooltip text={disabledReason}>
      {({ show, ...trigger }) => (
        <button
          {...shared}
          {...trigger}
          aria-disabled="true"
          onClick={(event) => {
            event.preventDefault()
            show(event.currentTarget)
          }}
        >
          {label}
        </button>
      )}
    </Tooltip>
  )
}

function preventDefault(event: { preventDefault: () => void }) {
  event.preventDefault()
}
