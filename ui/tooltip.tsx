import { type ReactNode, useId, useRef } from 'react'
import styles from './tooltip.module.css'

const GAP_PX = 6
const MARGIN_PX = 8

export type TooltipTrigger = {
  'aria-describedby': string
  onPointerEnter: (event: { currentTarget: HTMLElement }) => void
  onPointerLeave: () => void
  onFocus: (event: { currentTarget: HTMLElement }) => void
  onBlur: () => void
  show: (at: HTMLElement) => void
}

/**
 * A description that appears on hover and on focus, in the top layer, and is announced as the control's description
 * whether or not it is seen. Escape hides it (WCAG 2.2 1.4.13).
 */
export function Tooltip({
  text,
  children,
}: {
  text: ReactNode
  children: (trigger: TooltipTrigger) => ReactNode
}) {
  const id = useId()
  const bubble = useRef<HTMLSpanElement>(null)

  function show(at: HTMLElement) {
    const node = bubble.current
    if (node === null || node.matches(':popover-open')) return
    node.showPopover()
    const anchor = at.getBoundingClientRect()
    const own = node.getBoundingClientRect()
    const fitsBelow = anchor.bottom + GAP_PX + own.height < window.innerHeight - MARGIN_PX
    const top = fitsBelow ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - own.height
    const wanted = anchor.left + anchor.width / 2 - own.width / 2
    const left = Math.max(MARGIN_PX, Math.min(wanted, window.innerWidth - own.width - MARGIN_PX))
    node.style.insetBlockStart = `${top}px`
    node.style.left = `${left}px`
  }

  function hide() {
    const node = bubble.current
    if (node?.matches(':popover-open')) node.hidePopover()
  }

  return (
    <>
      {children({
        'aria-describedby': id,
        onPointerEnter: (event) => show(event.currentTarget),
        onPointerLeave: hide,
        onFocus: (event) => show(event.currentTarget),
        onBlur: hide,
        show,
      })}
      <span ref={bubble} id={id} role="tooltip" popover="manual" className={styles.bubble}>
        {text}
      </span>
    </>
  )
}
