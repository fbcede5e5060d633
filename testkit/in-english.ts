import { makeTeller } from '@countersign/kernel/languages/make-teller.ts'
import { ENGLISH } from '@countersign/kernel/languages/reader.ts'

const teller = makeTeller([])

/** A value as an answer in English has it: everything said in it as text. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it by path and compare
export function inEnglish(value: unknown): any {
  return value === undefined ? undefined : JSON.parse(teller.json(value, ENGLISH))
}
