import { type Said, say } from '@countersign/kernel/languages/say.ts'

/** That nothing of them moves, of parties by the names that may be shown without a reveal. */
export function saidFrozen(names: readonly string[]): Said {
  return names.length === 1
    ? say`${names} is frozen: no money of it moves until that ends.`
    : say`${names} are frozen: no money of theirs moves until that ends.`
}
