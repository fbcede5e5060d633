export type FirstBadEntry = { index: number; entry: string | null; why: string }

export type VerificationReport = {
  ok: boolean
  /** Entries whose bytes were checked. */
  entries: number
  tree_size: number
  /** base64; of the tree as found when it is as signed, else as signed. */
  root: string
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

export type LogCheck = {
  position(): number
  expect(checkpoint: SignedRoot): void
  tile(index: number, hashes: Buffer): void
  subtree(level: number, index: number, root: Buffer): void
  entry(index: number, canonical: Buffer): void
  passOver(index: number): void
  counts(): { entries: number; tree_size: number }
  finish(): { entries: number; tree_size: number; root: string }
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
export function requireReadable(given: { key?: string; checkpoint?: string }): void
export function openCheckpoint(note: string, key: VerifierKey): SignedRoot
export function createCheck(options: { treeSize: number; complete: boolean }): LogCheck
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
