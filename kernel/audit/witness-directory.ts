import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { forksAmong, type PlacedEntry } from './declared-in-log.ts'
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts'
import { type Checkpoint, NoteError, openCheckpoint, type VerifierKey } from './signed-note.ts'

/** Checkpoints are numbered with nine digits, in folders of a thousand. */
const NUMBER_DIGITS = 9
const DECIMAL = 10

/** A checkpoint as the witness holds it. */
export type WitnessedCheckpoint = Checkpoint & { readonly note: string }

/** Holds checkpoints outside the database, and accepts none that is not consistent with the last. */
export type Witness = {
  /** The newest checkpoint accepted. */
  latest(): Promise<WitnessedCheckpoint | undefined>
  /**
   * Offers a checkpoint. One that the witness already holds as its newest is accepted again.
   *
   * @param from the size of the checkpoint that `proof` starts from; 0 when the witness holds none
   * @param proveFrom the proof from another size, for a witness that is elsewhere than its files say
   * @returns the note as it is held, where it has come to bear more signatures than the one offered
   * @throws WitnessRefusalError
   */
  add(
    note: string,
    from: number,
    proof: readonly Buffer[],
    proveFrom?: ProveFrom,
  ): Promise<string | undefined>
  /**
   * Offers the first checkpoint of a history that two people have declared to go on from an older one. What was held
   * before stays. A witness that knows no such thing has no such member.
   *
   * @throws WitnessRefusalError
   */
  fork?(note: string, evidence: ForkEvidence): Promise<void>
}

/** The consistency proof from a smaller tree of the log to the one offered. */
export type ProveFrom = (size: number) => Promise<readonly Buffer[]>

/** What shows a witness that a fork was declared, and by whom: all of it is in the tree that it is to accept. */
export type ForkEvidence = {
  /** The two entries, each with its inclusion proof. */
  readonly entries: readonly (PlacedEntry & { readonly proof: readonly Buffer[] })[]
  /** The signed note of the newest checkpoint that both histories hold; undefined where they share none. */
  readonly shared: string | undefined
  /** From the shared checkpoint to the one offered. */
  readonly consistency: readonly Buffer[]
}

export type WitnessRefusal =
  /** Smaller than what the witness has seen: the log has lost entries. */
  | 'rollback'
  /** Not an extension of what the witness has seen: the log has two histories. */
  | 'fork'
  /** What should show that the fork was declared does not show it. */
  | 'undeclared'
  /** Not signed by the log's key, not of this log, or not a checkpoint. */
  | 'not_this_log'
  /** What the witness holds has been altered. */
  | 'damaged'
  /** The proof starts elsewhere than at the witness's newest checkpoint: ask again and prove from there. */
  | 'stale'

/** The witness does not accept a checkpoint. */
export class WitnessRefusalError extends Error {
  readonly code: WitnessRefusal
  constructor(code: WitnessRefusal, message: string) {
    super(message)
    this.name = 'WitnessRefusalError'
    this.code = code
  }
}

/** Keys that a witness takes for the log's; all of one name, the log's origin. More than one while a key is replaced. */
export type LogKeys = VerifierKey | readonly VerifierKey[]

/**
 * A witness that is a directory of signed notes, one file a checkpoint: `x000/x001/234` is the 1,235th. A file is
 * written whole under another name and linked into place, so that it never replaces one and is never seen half written.
 * Only the newest is read again; older ones may be moved elsewhere. Where a fork was declared, `forks/000001235` holds
 * what showed it to the file of that number, the first of the new history; those before it are of the old one.
 *
 * @param directory best on another host than the database; made when absent
 */
export function witnessDirectory(directory: string, keys: LogKeys): Witness {
  const key = [keys].flat() as readonly VerifierKey[]
  const latest = async () => (await newest(directory, key))?.checkpoint
  return {
    latest,
    async add(note, from, proof) {
      const offered = openOffered(note, key)
      for (;;) {
        const last = await newest(directory, key)
        const held = last?.checkpoint
        if (held && held.size === offered.size && held.root.equals(offered.root)) return held.note
        requireConsistent(held, offered, from, proof)
        if (await writeOnce(directory, (last?.number ?? -1) + 1, note)) return note
        // Another signer was first with this number: judge again, by what it has written.
      }
    },
    async fork(note, evidence) {
      const offered = openOffered(note, key)
      for (;;) {
        const last = await newest(directory, key)
        if (last && last.checkpoint.size === offered.size && last.checkpoint.root.equals(offered.root)) return
        requireDeclared(last?.checkpoint, offered, evidence, key)
        const number = (last?.number ?? -1) + 1
        await keepEvidence(directory, number, last?.checkpoint.note ?? '', evidence)
        if (await writeOnce(directory, number, note)) return
      }
    },
  }
}

/**
 * The newest note in a witness's directory, unchecked: for a verifier, which checks it itself.
 *
 * @returns undefined when the directory holds none or is not there
 */
export async function newestWitnessedNote(directory: string): Promise<string | undefined> {
  const path = await newestPath(directory, NUMBER_DIGITS / 3)
  return path === undefined ? undefined : readFile(join(directory, path), 'utf8')
}

function requireConsistent(
  last: Checkpoint | undefined,
  offered: Checkpoint,
  from: number,
  proof: readonly Buffer[],
): void {
  if (last === undefined) return
  if (offered.size < last.size) {
    throw new WitnessRefusalError(
      'rollback',
      `The log offers a checkpoint of ${offered.size} entries, but has shown one of ${last.size} before.`,
    )
  }
  if (offered.size === last.size) {
    throw new WitnessRefusalError(
      'fork',
      `The log offers another root for ${last.size} entries than it has shown before.`,
    )
  }
  if (from !== last.size) {
    throw new WitnessRefusalError(
      'stale',
      `The proof starts at ${from} entries; the newest checkpoint has ${last.size}.`,
    )
  }
  const consistent =
    last.size === 0
      ? proof.length === 0
      : verifyConsistency({
          size1: last.size,
          size2: offered.size,
          root1: last.root,
          root2: offered.root,
          proof,
        })
  if (!consistent) {
    throw new WitnessRefusalError(
      'fork',
      `The log's ${offered.size} entries do not begin with the ${last.size} that it has shown before.`,
    )
  }
}

/** Two people have said, inside the tree offered, that the newest checkpoint held is lost and where the log goes on. */
function requireDeclared(
  last: Checkpoint | undefined,
  offered: Checkpoint,
  { entries, shared, consistency }: ForkEvidence,
  keys: readonly VerifierKey[],
): void {
  const refuse = (why: string) => new WitnessRefusalError('undeclared', `The fork is not declared: ${why}.`)
  const included = entries.every(({ index, canonical, proof }) =>
    verifyInclusion({
      leafHash: leafHash(canonical),
      index,
      size: offered.size,
      proof,
      root: offered.root,
    }),
  )
  if (!included) throw refuse('the entries are not in the tree offered')
  const [fork] = forksAmong(entries)
  if (!fork) throw refuse('no two people have said so')
  const { lost, from } = fork.what
  if (last?.size !== lost.size || last.root.toString('base64') !== lost.root) {
    throw refuse(`what is called lost (${lost.size} entries) is not the newest that was shown here`)
  }
  if (shared === undefined) {
    if (from.size !== 0) throw refuse('the checkpoint that it goes on from is missing')
    return
  }
  const before = openOffered(shared, keys)
  if (before.size !== from.size || before.root.toString('base64') !== from.root || before.size > lost.size) {
    throw refuse('it does not go on from the checkpoint that was said')
  }
  const goesOn =
    before.size === 0 ||
    verifyConsistency({
      size1: before.size,
      size2: offered.size,
      root1: before.root,
      root2: offered.root,
      proof: consistency,
    })
  if (!goesOn)
    throw refuse(`the tree offered does not begin with the ${before.size} entries that it goes on from`)
}

function openOffered(note: string, keys: readonly VerifierKey[]): Checkpoint {
  try {
    return requireOrigin(openCheckpoint(note, keys), keys)
  } catch (error) {
    if (error instanceof NoteError) throw new WitnessRefusalError('not_this_log', error.message)
    throw error
  }
}

function requireOrigin(checkpoint: Checkpoint, keys: readonly VerifierKey[]): Checkpoint {
  if (keys.some(({ name }) => name === checkpoint.origin)) return checkpoint
  throw new NoteError(
    'malformed_checkpoint',
    `The checkpoint is of the log ${checkpoint.origin}, not ${keys[0]?.name}.`,
  )
}

async function newest(
  directory: string,
  keys: readonly VerifierKey[],
): Promise<{ number: number; checkpoint: WitnessedCheckpoint } | undefined> {
  const path = await newestPath(directory, NUMBER_DIGITS / 3)
  if (path === undefined) return undefined
  const note = await readFile(join(directory, path), 'utf8')
  try {
    const checkpoint = requireOrigin(openCheckpoint(note, keys), keys)
    return {
      number: Number.parseInt(path.replaceAll(/\D/g, ''), DECIMAL),
      checkpoint: { ...checkpoint, note },
    }
  } catch (error) {
    if (error instanceof NoteError) {
      throw new WitnessRefusalError(
        'damaged',
        `The witness's ${path} is not as the log signed it: ${error.message}`,
      )
    }
    throw error
  }
}

/** The highest number, which may not be in the highest folder: that one is made before its first file is linked. */
async function newestPath(directory: string, levels: number): Promise<string | undefined> {
  const wanted = levels === 1 ? /^\d{3}$/ : /^x\d{3}$/
  const names = (await namesIn(directory)).filter((name) => wanted.test(name)).sort()
  if (levels === 1) return names.at(-1)
  for (const name of names.reverse()) {
    const below = await newestPath(join(directory, name), levels - 1)
    if (below !== undefined) return `${name}/${below}`
  }
  return undefined
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Before the note itself, so that no fork is in the directory without what declares it. */
async function keepEvidence(
  directory: string,
  number: number,
  lost: string,
  { entries, shared, consistency }: ForkEvidence,
): Promise<void> {
  const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'))
  const kept = {
    lost,
    shared: shared ?? null,
    consistency: base64(consistency),
    entries: entries.map(({ index, canonical, proof }) => ({
      index,
      canonical: canonical.toString('base64'),
      proof: base64(proof),
    })),
  }
  await linkOnce(directory, join(directory, 'forks', digits(number)), `${JSON.stringify(kept)}\n`)
}

/** @returns false when the number is already taken */
function writeOnce(directory: string, number: number, note: string): Promise<boolean> {
  const [millions, thousands, ones] = digits(number).match(/\d{3}/g) ?? []
  return linkOnce(directory, join(directory, `x${millions}`, `x${thousands}`, `${ones}`), note)
}

function digits(number: number): string {
  return String(number).padStart(NUMBER_DIGITS, '0')
}

/** @returns false when the file is there already */
async function linkOnce(directory: string, target: string, note: string): Promise<boolean> {
  const incoming = join(directory, `.incoming-${randomUUID()}`)
  await mkdir(dirname(target), { recursive: true })
  const file = await open(incoming, 'wx', 0o644)
  try {
    await file.writeFile(note, 'utf8')
    await file.sync()
    await link(incoming, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await file.close()
    await unlink(incoming)
  }
  for (const folder of [dirname(target), dirname(dirname(target)), directory]) await syncDirectory(folder)
  return true
}

/** A name is durable only once its folder is. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
