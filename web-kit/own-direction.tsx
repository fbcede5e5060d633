import type { ReactNode } from 'react'

/** The server sets each value apart in a sentence that is written from right to left. */
const SETS_APART = /[\u2066-\u2069]/

/**
 * A text apart from what stands around it: a sentence of the console in the direction of the page, whichever name it begins with;
 * a name, a number or an id in its own.
 *
 * @param text what decides it, where that is not all that is shown
 */
export function OwnDirection({ text, children }: { text: string; children?: ReactNode }) {
  return SETS_APART.test(text) ? (
    <span style={{ unicodeBidi: 'isolate' }}>{children ?? text}</span>
  ) : (
    <bdi>{children ?? text}</bdi>
  )
}
