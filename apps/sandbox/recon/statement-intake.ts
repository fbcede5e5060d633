import { z } from 'zod'
import type { FileIntake } from '../files/file-routes.ts'
import type { CommittedFile } from '../files/staged-file.ts'
import { tallyOf } from '../files/tally.ts'
import { importStatements } from './import-statements.ts'
import { StatementPart } from './statement.ts'

const LINES_OF_CHUNK_MAX = 1_000
/** A camt message with or without its version (`camt.053.001.08`), or a SWIFT statement. */
const Format = z
  .string()
  .regex(
    /^(camt\.05[234](\.\d{3}\.\d{2})?|mt94[02])$/,
    'must be camt.052, camt.053, camt.054, mt940 or mt942',
  )
/** Reports of the day under way. */
const INTRADAY = /^(camt\.052|mt942)/

const Parts = z
  .array(StatementPart)
  .max(LINES_OF_CHUNK_MAX, `must have at most ${LINES_OF_CHUNK_MAX} statements`)
  .refine(
    (parts) => parts.reduce((sum, part) => sum + part.lines.length, 0) <= LINES_OF_CHUNK_MAX,
    `must have at most ${LINES_OF_CHUNK_MAX} lines in all its statements`,
  )

/** Bank statements: lines are matched, what is left becomes exceptions. */
export const STATEMENT_INTAKE: FileIntake<typeof StatementPart> = {
  upstream: 'recon',
  format: Format,
  member: 'statements',
  elements: Parts,
  created: z.strictObject({
    statements: z.number().int(),
    lines: z.number().int(),
    quarantined: z.number().int(),
  }),
  tally: (parts) => tallyOf(parts.flatMap((part) => part.lines)),
  content: (part) => part,
  commit: (tx, now, file, key) =>
    importStatements(
      tx,
      {
        at: now,
        stem: file.sha256.slice(0, 16),
        fileId: file.sha256,
        intraday: INTRADAY.test(file.declared.format),
        causedBy: key,
      },
      chunksOf(file),
    ),
}

async function* chunksOf(file: CommittedFile<StatementPart>): AsyncGenerator<readonly StatementPart[]> {
  for (let n = 0; n < file.declared.chunks; n += 1) yield await file.chunk(n)
}
