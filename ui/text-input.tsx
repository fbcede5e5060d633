import type { ComponentPropsWithRef } from 'react'
import styles from './text-input.module.css'

/** A single line of text. */
export function TextInput(props: Omit<ComponentPropsWithRef<'input'>, 'className'>) {
  return <input type="text" autoComplete="off" spellCheck={false} {...props} className={styles.input} />
}

/** Several lines of text; grows with what is typed. */
export function TextArea(props: Omit<ComponentPropsWithRef<'textarea'>, 'className'>) {
  return <textarea rows={2} {...props} className={styles.area} />
}

/** One of a few. For many, a `Combobox`. */
export function Select(props: Omit<ComponentPropsWithRef<'select'>, 'className'>) {
  return <select {...props} className={styles.select} />
}
