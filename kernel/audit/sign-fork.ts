import { databaseTiles, type Queryable } from './database-tiles.ts'
import { type Declared, declaredForks, type ForkDeclaration } from './declared-in-log.ts'
import { HaltError } from './halt-error.ts'
import { consistencyProof, inclusionProof, treeRoot } from './merkle.ts'
import { type Checkpoint, formatCheckpoint, signNote } from './signed-note.ts'
import type { LogState } from './signer-log.ts'
import type { Signing } from './signing-keys.ts'
import type { Witness, WitnessedCheckpoint } from './witness-directory.ts'

/** The fork that people have declared of the very checkpoint that the witness holds as its newest. */
export async function declaredForkFor(
  database: Queryable,
  size: number,
  witnessed: Checkpoint,
): Promise<Declared<ForkDeclaration> | undefined> {
  const forks = await declaredForks(database)
  return forks.find(
    ({ agreed, what: { lost } }) =>
      agreed.index < size && lost.size === witnessed.size && lost.root === witnessed.root.toString('base64'),
  )
}

/** Signs the history that goes on from a declared fork, once the witness has been shown the declaration. */
export async function signFork(
  database: Queryable,
  witness: Witness,
  { keys }: Signing,
  { size, published }: LogState,
  lost: Checkpoint,
  fork: Declared<ForkDeclaration>,
): Promise<WitnessedCheckpoint> {
  if (!witness.fork) {
    throw new HaltError(
      'fork',
      'A fork is declared, and this witness takes none: whoever runs it has to begin the log there anew.',
      lost,
    )
  }
  const read = databaseTiles(database)
  const { from } = fork.what
  if (from.size !== (published?.size ?? 0)) {
    throw new HaltError(
      'fork',
      `The fork is declared to go on from ${from.size} entries, and the newest checkpoint in the database has ` +
        `${published?.size ?? 0}. It has to be declared anew.`,
      lost,
    )
  }
  const origin = keys[0].name
  const root = await treeRoot(read, size)
  const note = signNote(formatCheckpoint({ origin, size, root }), ...keys)
  const entries = await Promise.all(
    [fork.declared, fork.agreed].map(async (entry) => ({
      ...entry,
      proof: await inclusionProof(read, entry.index, size),
    })),
  )
  const consistency = from.size === 0 ? [] : await consistencyProof(read, from.size, size)
  await witness.fork(note, { entries, shared: published?.note, consistency })
  return { origin, size, root, note }
}
