import { accept, defineAction } from '@countersign/kernel/actions/define-action.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { freeText } from '@countersign/kernel/personal-data/free-text.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { REFUSAL_MAX_CHARACTERS, refusalWords } from './refusal-words.ts'
import { type RefusedFile, refusedFile, refusedFileStream } from './refused-file.ts'

const REPORTED = 'transfers.refused_file.reported'

/** Places in a file, how many faults it has and what the first is, in our words: nothing that stands in it, which may name anybody. */
const input = z.object({
  format: z
    .string()
    .regex(
      /^[a-z0-9.]{1,32}$/,
      written(say`must be the name of a format: lower-case letters, digits and full stops`),
    ),
  errors: z.int().min(1),
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
  message: freeText(REFUSAL_MAX_CHARACTERS)
    .refine(
      (message) => refusalWords(message) === message,
      written(say`must be without what it quotes of the file`),
    )
    .optional(),
})
type Refusal = z.output<typeof input>

/**
 * K-31: a file that an import refused before any upstream heard of it. The importer says so of every one, with the
 * file's digest, where it is wrong and how; none of its content. What is wrong stands on its page, and not in the log.
 */
export const reportRefusedFile = defineAction<
  RefusedFile,
  typeof input,
  Refusal & { sha256: string; why: string },
  Upstreams
>({
  name: 'transfers.report_refused_file',
  risk: 'low',
  movesMoney: false,
  target: refusedFile,
  input,
  reasons: [
    { code: 'malformed', title: say`It is not what its format asks for` },
    { code: 'changed', title: say`It changed while it was read` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  concurrent: true,
  present: { title: say`Report a refused file`, tone: 'neutral' },
  // The importer's word, not a person's at a record.
  offeredOn: () => false,
  decide: ({ id }, refusal, { reason }) =>
    accept({ ...refusal, sha256: id, why: reason?.code ?? 'malformed' }),
  preview: ({ id }) => ({
    subject: say`Refused file ${id.slice(0, 12)}…`,
    summary: say`That the file was refused is recorded.`,
    changes: [],
    effects: [],
  }),
  recorded: ({ format, errors, line, column }) => ({
    format,
    errors,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }),
  eventTypes: [REPORTED],
  events: ({ sha256, ...refusal }) => [
    {
      type: REPORTED,
      stream: refusedFileStream(sha256),
      refs: [{ kind: 'refused_file', id: sha256 }],
      payload: refusal,
    },
  ],
})
