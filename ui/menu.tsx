import { type KeyboardEvent, type ReactNode, type RefObject, useId, useRef } from 'react'
import styles from './menu.module.css'

export type MenuItem = {
  key: string
  label: ReactNode
  hint?: ReactNode
  checked?: boolean
  disabledReason?: string | undefined
  onSelect: () => void
}

export type MenuGroup = {
  key: string
  title?: string
  items: MenuItem[]
  /** Of those that are checked or not, several may be. */
  many?: boolean
}

/** A button that opens a short list of things to do or to choose (WAI-ARIA menu button). */
export function Menu({
  label,
  button,
  groups,
  align = 'end',
  triggerRef,
}: {
  label: string
  /** What the button shows; its name as well. */
  button: ReactNode
  groups: MenuGroup[]
  align?: 'start' | 'end'
  /** The button itself, for a key that presses it. */
  triggerRef?: RefObject<HTMLButtonElement | null>
}) {
  const id = useId()
  const popup = useRef<HTMLDivElement>(null)
  const own = useRef<HTMLButtonElement>(null)
  const trigger = triggerRef ?? own

  function items(): HTMLElement[] {
    return Array.from(popup.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])
  }

  function opened(open: boolean) {
    const node = popup.current
    const anchor = trigger.current?.getBoundingClientRect()
    trigger.current?.setAttribute('aria-expanded', String(open))
    if (!open || node === null || anchor === undefined) return
    const rtl = getComputedStyle(node).direction === 'rtl'
    const fromLeft = (align === 'start') !== rtl
    const { clientHeight } = document.documentElement
    const below = anchor.bottom + 4
    // At the foot of the page it opens upwards.
    const upwards = below + node.offsetHeight > clientHeight && anchor.top > clientHeight - anchor.bottom
    node.style.top = upwards ? 'auto' : `${below}px`
    node.style.bottom = upwards ? `${clientHeight - anchor.top + 4}px` : 'auto'
    node.style.left = fromLeft ? `${anchor.left}px` : 'auto'
    node.style.right = fromLeft ? 'auto' : `${document.documentElement.clientWidth - anchor.right}px`
    items()[0]?.focus()
  }

  function onKeyDown(event: KeyboardEvent) {
    // The menu's own: the page beneath would close what is open in it.
    if (event.key === 'Escape') event.stopPropagation()
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    all[(next + all.length) % all.length]?.focus()
  }

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={styles.trigger}
        popoverTarget={id}
        aria-haspopup="menu"
        aria-expanded="false"
      >
        {button}
      </button>
      <div
        ref={popup}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className={styles.menu}
        onToggle={(event) => opened(event.newState === 'open')}
        onKeyDown={onKeyDown}
      >
        {groups.map((group) => (
          <div key={group.key} role="group" aria-label={group.title} className={styles.group}>
            {group.title === undefined ? null : (
              <div className={styles.title} aria-hidden="true">
                {group.title}
              </div>
            )}
            {group.items.map((item) => (
              <MenuRow
                key={item.key}
                item={item}
                many={group.many === true}
                close={() => popup.current?.hidePopover()}
              />
            ))}
          </div>
        ))}
      </div>
    </>
  )
}

function MenuRow({ item, many, close }: { item: MenuItem; many: boolean; close: () => void }) {
  const blocked = item.disabledReason !== undefined
  return (
    <button
      type="button"
      tabIndex={-1}
      {...(item.checked === undefined
        ? { role: 'menuitem' }
        : { role: many ? 'menuitemcheckbox' : 'menuitemradio', 'aria-checked': item.checked })}
      aria-disabled={blocked || undefined}
      className={styles.item}
      onClick={() => {
        if (blocked) return
        close()
        item.onSelect()
      }}
    >
      <span className={styles.check} aria-hidden="true">
        {item.checked === true ? '✓' : ''}
      </span>
      <span className={styles.itemLabel}>
        {item.label}
        {blocked ? <span className={styles.reason}>{item.disabledReason}</span> : null}
      </span>
      {item.hint}
    </button>
  )
}
