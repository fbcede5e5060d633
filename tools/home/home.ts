import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reachableDirectory } from '../postgres/embedded-postgres.ts'
import { postgresElsewhere } from './forget-home.mjs'
import { writeOnce } from './write-once.ts'

export const REPOSITORY_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where one installation of the embedded default keeps its state. Every path is absolute. */
export type Home = {
  readonly directory: string
  /** One file per secret, readable by the owner alone. */
  readonly secrets: string
  readonly logs: string
  /** Copies of signed checkpoints, outside the database. */
  readonly witness: string
  /** Files that people attach to records, sealed. */
  readonly evidence: string
  /** PostgreSQL's own files; elsewhere when its account could not enter `directory`. */
  readonly postgres: string
  /** Which processes of this installation run, or ran when the machine went down. */
  readonly processes: string
}

/** `COUNTERSIGN_HOME`, or `.countersign` at the root of the clone; a relative path counts from the repository's root. */
export function homeDirectory(env: NodeJS.ProcessEnv): string {
  return resolve(REPOSITORY_ROOT, env.COUNTERSIGN_HOME || '.countersign')
}

/** The home as it stands on disk, or undefined when nothing was ever started there. */
export function findHome(env: NodeJS.ProcessEnv): Home | undefined {
  const directory = homeDirectory(env)
  return existsSync(join(directory, 'installation-id')) ? homeAt(directory) : undefined
}

/**
 * The home, made where it is missing.
 *
 * @throws Error naming the directory when it cannot be written, or when another account owns PostgreSQL's part
 */
export function openHome(env: NodeJS.ProcessEnv): Home {
  const directory = homeDirectory(env)
  try {
    // Others may pass through (the account that runs PostgreSQL has to), and read nothing: secrets are 0700.
    mkdirSync(directory, { recursive: true, mode: 0o711 })
    writeOnce(join(directory, 'installation-id'), () => randomBytes(8).toString('hex'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `The directory ${directory} cannot be written (${reason}). Set COUNTERSIGN_HOME to one that can.`,
      { cause },
    )
  }
  const home = homeAt(directory)
  mkdirSync(home.secrets, { recursive: true, mode: 0o700 })
  mkdirSync(home.logs, { recursive: true, mode: 0o700 })
  mkdirSync(home.witness, { recursive: true, mode: 0o700 })
  mkdirSync(home.evidence, { recursive: true, mode: 0o700 })
  mkdirSync(home.postgres, { recursive: true, mode: 0o711 })
  const owner = lstatSync(home.postgres)
  // The fallback lies in a directory that anyone may write to.
  if (process.getuid && (!owner.isDirectory() || owner.uid !== process.getuid())) {
    throw new Error(
      `${home.postgres} belongs to another account: start as that account, or set COUNTERSIGN_HOME to another directory.`,
    )
  }
  return home
}

function homeAt(directory: string): Home {
  const installation = readFileSync(join(directory, 'installation-id'), 'utf8').trim()
  return {
    directory,
    secrets: join(directory, 'secrets'),
    logs: join(directory, 'logs'),
    witness: join(directory, 'witness'),
    evidence: join(directory, 'evidence'),
    postgres: postgresDirectory(join(directory, 'postgres'), postgresElsewhere(installation)),
    processes: join(directory, 'processes.json'),
  }
}

/** Data that is there is found again, even where the rights of a parent directory have changed since. */
function postgresDirectory(preferred: string, fallback: string): string {
  if (existsSync(fallback)) return fallback
  if (existsSync(join(preferred, 'data'))) return preferred
  return reachableDirectory(preferred, fallback)
}
