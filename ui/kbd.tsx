import styles from './kbd.module.css'

const SYMBOLS: Record<string, string> = { Enter: '↵', Escape: 'esc', ArrowDown: '↓', ArrowUp: '↑' }

const onApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** A key or a chord such as `mod+Enter`, as printed on this machine's keyboard. Decorative: the name says it too. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={styles.kbd} dir="ltr" aria-hidden="true" data-keys>
      {keys
        .split('+')
        .map((key, _, all) => (all.length > 1 && key.length === 1 ? key.toUpperCase() : printed(key)))
        .join(onApple ? '' : ' ')}
    </span>
  )
}

function printed(key: string): string {
  if (key === 'mod') return onApple ? '⌘' : 'Ctrl'
  if (isShifted(key)) return onApple ? `⇧${key}` : `Shift ${key}`
  return SYMBOLS[key] ?? key
}

/** A capital is a key that is pressed with Shift. */
const isShifted = (key: string) => /^[A-Z]$/.test(key)

/** The same chord in the form that `aria-keyshortcuts` takes. */
export function ariaKeys(keys: string): string {
  return keys
    .split('+')
    .map((key) => (key === 'mod' ? (onApple ? 'Meta' : 'Control') : isShifted(key) ? `Shift+${key}` : key))
    .join('+')
}
