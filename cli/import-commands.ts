import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { HttpConnection } from '@countersign/transfers/import/http-json.ts'
import { ImportFailure } from '@countersign/transfers/import/import-failure.ts'
import { type ImportServices, importFile } from '@countersign/transfers/import/import-file.ts'
import {
  IMPORT_KINDS,
  type ImportKind,
  type ImportUpstream,
  withFormat,
} from '@countersign/transfers/import/import-format.ts'
import { importList } from '@countersign/transfers/import/import-list.ts'
import { LIST_IDS, type ListId } from '@countersign/transfers/screening/list-names.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { NoSuchFile, NothingAnswers } from './failed-command.ts'
import { progressBar } from './import-progress.ts'
import { importSentence } from './import-sentence.ts'
import { listSentence } from './list-sentence.ts'

const ANSWER_TIMEOUT_MS = 5_000
const SERVER_URL = 'http://127.0.0.1:8084'
const SANDBOX_URL = 'http://127.0.0.1:8086'

/** Who imports in the embedded default, where nobody set a token. */
const PERSONA = 'transfers/OPS'
/** Lists are for compliance. */
const COMPLIANCE_PERSONA = 'transfers/COMPLIANCE'

const KINDS: Readonly<Record<ImportKind, string>> = {
  ach: 'Nacha files: transfers, returns and notifications of change',
  camt: 'ISO 20022 statements: camt.053, camt.054, camt.052',
  mt940: 'SWIFT statements: MT940, MT942',
}

const UPSTREAM_NAMES: Readonly<Record<ImportUpstream, string>> = { cts: 'CTS', recon: 'Recon' }

/** What the embedded default gives where the environment says nothing. Each answers undefined where nothing is installed. */
export type InstallationAccess = {
  /** The address of the console, without a slash at the end. */
  server: () => string | undefined
  /** A bearer token of a persona of the development identity provider: `transfers/OPS`. */
  token: (persona: string) => Promise<string | undefined>
  /** The address and key of an upstream, without a slash at the end of the address. */
  upstream: (name: ImportUpstream) => Promise<{ url: string; key: string } | undefined>
}

/**
 * Adds `countersign import KIND FILE… [--json]` (C-25). The environment comes first: `COUNTERSIGN_URL`, `COUNTERSIGN_TOKEN`,
 * `UPSTREAM_URL_CTS`, `UPSTREAM_KEY_CTS`, `UPSTREAM_URL_RECON`, `UPSTREAM_KEY_RECON`; then what `installation` gives. Exits with 1
 * where a file was refused; throws NothingAnswers before any file is read where an import could lead nowhere, and NoSuchFile where
 * there is none of them and a person asked.
 */
export function registerImportCommands(program: Command, installation: InstallationAccess): void {
  const group = program
    .command('import')
    .description('import bank files through the upstreams, and sanctions lists')
  for (const kind of IMPORT_KINDS) {
    group
      .command(kind)
      .description(KINDS[kind])
      .argument('<file...>', 'files to import, one after the other')
      .option('--json', 'print one JSON object for each file')
      .action(async (files: string[], options: { json?: boolean }) => {
        await importFiles(kind, files, options.json ?? false, installation)
      })
  }
  group
    .command('sdn')
    .description('a sanctions list: the CSV files of OFAC’s, or the Security Council’s XML')
    .argument('<file...>', 'the files of one list: sdn.csv, alt.csv, add.csv, sdn_comments.csv')
    .addOption(new Option('--list <list>', 'which list it is; told by the files otherwise').choices(LIST_IDS))
    .option('--published <day>', 'YYYY-MM-DD; what the file says, or today, otherwise', asDay)
    .option('--json', 'print one JSON object')
    .action((files: string[], options: ListOptions) => importListFiles(files, options, installation))
}

type ListOptions = { list?: ListId; published?: string; json?: boolean }

function asDay(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new InvalidArgumentError('A day is meant, YYYY-MM-DD.')
}

async function importListFiles(
  files: readonly string[],
  { list, published, json }: ListOptions,
  installation: InstallationAccess,
): Promise<void> {
  if (!json && files.every((file) => !existsSync(file))) throw new NoSuchFile(files)
  const { server } = importConnections(process.env, installation, COMPLIANCE_PERSONA)
  const connection = await server()
  await requireAnswer(connection, 'COUNTERSIGN_URL')
  const bar = progressBar(process.stderr, basename(files[0] ?? ''), () => performance.now())
  const today = new Date().toISOString().slice(0, 10)
  const report = await importList(
    { files, list, published, today, onProgress: bar.show },
    async () => connection,
  )
  bar.clear()
  process.stdout.write(`${json ? JSON.stringify(report) : listSentence(report, connection.baseUrl)}\n`)
  if (report.outcome !== 'asked' && report.outcome !== 'unchanged') process.exitCode = 1
}

async function importFiles(
  kind: ImportKind,
  files: readonly string[],
  json: boolean,
  installation: InstallationAccess,
): Promise<void> {
  // For a program each is an object like any other; for a person a name that was mistyped is no answer about a file.
  if (!json && files.every((file) => !existsSync(file))) throw new NoSuchFile(files)
  const connections = importConnections(process.env, installation)
  const upstream = await withFormat(kind, (format) => connections.upstream(format.upstream))
  await requireAnswer(upstream, `UPSTREAM_URL_${upstream.name.toUpperCase()}`)
  await requireAnswer(await connections.server(), 'COUNTERSIGN_URL')
  for (const file of files) {
    const bar = progressBar(process.stderr, basename(file), () => performance.now())
    const report = await importFile(file, kind, { ...connections, onProgress: bar.show })
    bar.clear()
    process.stdout.write(`${json ? JSON.stringify(report) : importSentence(report)}\n`)
    if (report.outcome === 'refused') process.exitCode = 1
  }
}

/** Where an import goes, from the environment first and the installation second. */
export function importConnections(
  env: NodeJS.ProcessEnv,
  installation: InstallationAccess,
  persona: string = PERSONA,
): Pick<ImportServices, 'server' | 'upstream'> {
  return {
    async server(): Promise<HttpConnection> {
      const token = env.COUNTERSIGN_TOKEN || (await installation.token(persona))
      if (!token) {
        throw new ImportFailure(
          'No token: set COUNTERSIGN_TOKEN to a bearer token of somebody who may import, or start the embedded default.',
        )
      }
      return {
        name: 'The console',
        baseUrl: withoutSlash(env.COUNTERSIGN_URL || installation.server() || SERVER_URL),
        token,
        retrying: sayRetrying,
      }
    },
    async upstream(upstream): Promise<HttpConnection> {
      const name = UPSTREAM_NAMES[upstream]
      const suffix = upstream.toUpperCase()
      const installed = await installation.upstream(upstream)
      const key = env[`UPSTREAM_KEY_${suffix}`] || installed?.key
      if (!key) {
        throw new ImportFailure(
          `No key for ${name}: set UPSTREAM_KEY_${suffix}, or start the embedded default.`,
        )
      }
      const url = env[`UPSTREAM_URL_${suffix}`] || installed?.url || `${SANDBOX_URL}/${upstream}`
      return { name, baseUrl: withoutSlash(url), token: key, retrying: sayRetrying }
    },
  }
}

function sayRetrying(why: string): void {
  process.stderr.write(`${why}; trying again …\n`)
}

/** @throws NothingAnswers where no program listens; whatever one answers is for the import itself to judge */
async function requireAnswer(connection: HttpConnection, variable: string): Promise<void> {
  try {
    const answer = await fetch(connection.baseUrl, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      redirect: 'manual',
    })
    await answer.body?.cancel()
  } catch (error) {
    // A slow answer is still one to come.
    if (error instanceof Error && error.name === 'TimeoutError') return
    throw new NothingAnswers(connection.baseUrl, variable)
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
