import { type Said, say } from '@countersign/kernel/languages/say.ts'

/** That a party of what an exception may be about, or is, is frozen. */
export function frozenAbout(name: string, open: boolean): Said {
  return open
    ? say`${name} is frozen, and a transfer of it may be what this is about: no money of it moves until that ends.`
    : say`${name} is frozen, and a transfer of it is what this is about: no money of it moves until that ends.`
}
