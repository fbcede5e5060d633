export type FirstBadEntry = { index: number; entry: string | null; why: string }

type Declared = {
  declared_by: string
  agreed_by: string
  /** RFC 3339; when it was agreed to. */
  at: string
  /** Indexes of the two entries. */
  entries: [number, number]
}

/** A history that two people have declared lost: what was signed last of it, and from where the log goes on. */
export type DeclaredFork = Declared & {
  lost: { size: number; root: string }
  from: { size: number; root: string }
}

export type VerificationReport = {
  ok: boolean
  /** Entries whose bytes were checked. */
  entries: number
  tree_size: number
  /** base64; of the tree as found when it is as signed, else as signed. */
  root: string
  /** Each time again, as long as the log is kept. */
  forks?: DeclaredFork[]
  /** The keys that took the place of the first, with the size of the smallest tree that each signs. */
  keys?: { key: string; from_size: number }[]
  first_bad?: FirstBadEntry
  /**
   * Every bad entry that could be told apart, in the order of the log, and last what ended the check, if anything
   * did. At most 101 of `bad_count`.
   */
  bad?: FirstBadEntry[]
  bad_count?: number
}

/** A key as this file reads it. */
export type VerifierKey = { name: string; id: Buffer; publicKey: unknown }
export type SignedRoot = { size: number; root: Buffer }
/** A checkpoint whose signatures have not been looked at. */
export type ReadCheckpoint = SignedRoot & { origin: string; text: string; lines: string[] }

export type LogCheck = {
  position(): number
  expect(checkpoint: SignedRoot | ReadCheckpoint, options?: { kept?: boolean }): void
  tile(index: number, hashes: Buffer): void
  subtree(level: number, index: number, root: Buffer): void
  entry(index: number, canonical: Buffer): void
  endTile(): Buffer | undefined
  passOver(index: number): void
  counts(): { entries: number; tree_size: number }
  finish(): Pick<VerificationReport, 'entries' | 'tree_size' | 'root' | 'forks' | 'keys'>
}

export class FirstBad extends Error {
  constructor(index: number, entry: string | null, why: string)
  readonly firstBad: FirstBadEntry
}
export type BadEntries = {
  add(error: unknown): void
  addBeside(error: unknown): void
  count(): number
  members(last?: FirstBad): Pick<VerificationReport, 'first_bad' | 'bad' | 'bad_count'>
}
export function badEntries(): BadEntries
export class Malformed extends Error {}
export class NotReadable extends Error {}

export function leafHash(entry: Buffer): Buffer
export function parseKey(text: string): VerifierKey
export function readCheckpoint(note: string): ReadCheckpoint
export function requireReadable(given: { key?: string; checkpoint?: string }): void
export function openCheckpoint(note: string, key: VerifierKey): SignedRoot
export function createCheck(options: {
  treeSize: number
  complete: boolean
  firstKey?: string
  givenKey?: string
  bad?: BadEntries
}): LogCheck
export function idOf(canonical: Buffer): string | null
export function failure(
  error: unknown,
  check: LogCheck | undefined,
  root: Buffer | undefined,
  bad?: BadEntries,
): VerificationReport
export function verifyBundle(
  path: string,
  options?: { key?: string; checkpoint?: string },
): Promise<VerificationReport>
