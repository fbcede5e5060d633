import { z } from 'zod'
import { REQUEST_STATES, ROW_STATES } from '../actions/request-record.ts'
import { entityRef } from '../entities/entity-ref.ts'

/**
 * What the answers of the API look like, as published in `/openapi.json`: the members that are promised. Others may come
 * beside them, and a client leaves those aside.
 */

const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC' })
const person = z.looseObject({ id: z.string(), name: z.string() })
const reason = z.strictObject({
  code: z.string(),
  title: z.string(),
  note_required: z.boolean(),
  note_pattern: z
    .string()
    .optional()
    .meta({ description: 'The least that the note has to hold: a regular expression with the flag `u`' }),
})

/** RFC 9457, with seed 001's members. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  success: z.literal(false),
  error: z.string(),
  message: z.string(),
  code: z.string().meta({ description: 'Machine-readable and stable' }),
  request_id: z.string(),
  errors: z
    .array(z.looseObject({ field: z.string(), message: z.string(), allowed: z.array(z.string()).optional() }))
    .optional(),
})

/** C-04, C-05. */
export const actionRequestSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  state: z.enum(REQUEST_STATES),
  basis: z.enum(['quorum', 'emergency', 'break_glass']).nullable().optional(),
  revision: z.int(),
  target: entityRef,
  made: entityRef.optional().meta({ description: 'The record that it opened, once it is carried out.' }),
  digest: z.string().nullable().meta({ description: 'What an approval signs: sha256:…' }),
  approvals: z.looseObject({
    required: z.int(),
    eligible_roles: z.array(z.string()),
    given: z.array(
      z.looseObject({
        person,
        decision: z.enum(['approve', 'reject']),
        at: time,
        void: z.literal(true).optional().meta({
          description: 'The record has since changed more than the rule allows: it counts no more.',
        }),
      }),
    ),
  }),
  requested_by: person,
  emergency: z
    .looseObject({
      approval: z.enum(['pending', 'agreed', 'rejected', 'lapsed', 'taken_back', 'no_effect']),
      until: time.optional(),
      renewals: z.int().optional(),
      lifted_by: z.string().optional(),
      rejected_before: z.looseObject({ id: z.string(), at: time, by: person }).optional().meta({
        description:
          'An ordinary request for the same by the same human, which others rejected within the day before.',
      }),
    })
    .optional()
    .meta({ description: 'In force before others have agreed; lifted unless they do.' }),
  lifts: z.string().optional().meta({ description: 'The emergency that this request takes back.' }),
  break_glass: z.looseObject({ reviewed_by: z.string().nullable() }).optional(),
  bulk: z
    .looseObject({ count: z.int(), counts: z.partialRecord(z.enum(ROW_STATES), z.int()) })
    .optional()
    .meta({
      description: 'Over many records: how many rows it has, and how many of them are in which state.',
    }),
  part_of: z
    .looseObject({ id: z.string(), position: z.int() })
    .optional()
    .meta({ description: 'The request over many records that this is a row of.' }),
  scheduled_for: time.optional().meta({ description: 'Its effect is not due before.' }),
  schedule: z.enum(['waiting', 'suspended', 'withdrawn', 'over']).optional(),
  undoes: z.string().optional().meta({ description: 'The request that this one takes back.' }),
  undone_by: z.string().optional().meta({ description: 'The request that takes this one back, or has.' }),
  undone: z.enum(['asked', 'done']).optional().meta({ description: 'Whether that has been carried out.' }),
  withdrawal: z
    .looseObject({ by: person, note: z.string().optional() })
    .optional()
    .meta({ description: 'Who stopped it before its time, and what they said.' }),
  undo: z
    .looseObject({ action: z.string(), title: z.string(), input: z.record(z.string(), z.unknown()) })
    .optional()
    .meta({ description: 'What would take back what was done.' }),
  evidence_first: z
    .literal(true)
    .optional()
    .meta({ description: 'Nothing is sent before its authorisation is in a witnessed checkpoint.' }),
  approval_max_age_s: z
    .int()
    .optional()
    .meta({ description: 'How recently who approves must have signed in.' }),
  created_at: time,
  expires_at: time.nullable(),
  links: z.looseObject({ self: z.string(), target: z.string() }),
  transitions: z
    .array(
      z.looseObject({
        from: z.enum(REQUEST_STATES).nullable(),
        to: z.enum(REQUEST_STATES),
        revision: z.int(),
        at: time,
        actor: person,
      }),
    )
    .optional(),
  effect: z
    .looseObject({
      connector: z.string(),
      key: z.string(),
      attempts: z.int(),
      outcome: z.string().nullable(),
    })
    .optional(),
})

/** C-03. */
export const previewSchema = z.looseObject({
  preview_digest: z.string(),
  summary: z.string(),
  changes: z.array(
    z.looseObject({ label: z.string(), before: z.string().optional(), after: z.string().optional() }),
  ),
  effects: z.array(z.string()),
  at_present: z
    .array(z.string())
    .optional()
    .meta({ description: 'How things stand that move by themselves: no part of what is confirmed.' }),
  warnings: z
    .array(z.string())
    .optional()
    .meta({ description: 'What should be noticed before it is confirmed.' }),
  approvals: z.looseObject({
    required: z.int(),
    eligible_roles: z.array(z.string()),
    expires_in_s: z.int(),
    eligible_people: z.array(person),
  }),
  beside: z
    .array(
      z.looseObject({
        id: z.string(),
        title: z.string(),
        requested_by: person,
        created_at: time,
        excludes: z.boolean(),
      }),
    )
    .optional()
    .meta({
      description: 'What else has been asked for on the record; `excludes`: of the two only one can be done',
    }),
  reasons: z.array(reason),
  schedule_until: time
    .optional()
    .meta({ description: 'The latest time for which it may be scheduled, as the approval policy has it' }),
  target_version: z.string(),
  policy_version: z.string(),
  fresh_at: time,
})

/** K-19. */
export const bulkPreviewSchema = z.looseObject({
  preview_digest: z
    .string()
    .nullable()
    .meta({ description: 'Of the accepted rows; null where there are none' }),
  summary: z.string(),
  count: z.looseObject({ accepted: z.int(), refused: z.int() }),
  rows: z.array(
    z.looseObject({
      target: z.looseObject({ kind: z.string(), id: z.string(), title: z.string().optional() }),
      accepted: z.boolean(),
      code: z.string().optional(),
      message: z.string().optional(),
      summary: z.string().optional(),
      target_version: z.string().optional(),
    }),
  ),
  approvals: z.looseObject({
    required: z.int(),
    eligible_roles: z.array(z.string()),
    expires_in_s: z.int().nullable(),
    eligible_people: z.array(person),
  }),
  fresh_at: time,
})
export const bulkRowsSchema = z.looseObject({
  rows: z.array(
    z.looseObject({
      position: z.int(),
      target: z.looseObject({ kind: z.string(), id: z.string(), title: z.string().optional() }),
      state: z.enum(ROW_STATES),
      summary: z.string(),
      why: z.string().optional(),
      request: z.string().optional().meta({ description: 'The request that this row is' }),
      undone_by: z.string().optional().meta({ description: 'The request that takes this row back, or has.' }),
    }),
  ),
  count: z.int(),
  counts: z.partialRecord(z.enum(ROW_STATES), z.int()),
  next_cursor: z.string().nullable(),
})

/** C-02. */
export const catalogueSchema = z.looseObject({
  actions: z.array(
    z.looseObject({
      type: z.string(),
      title: z.string(),
      console: z.string(),
      risk: z.enum(['low', 'medium', 'high', 'critical']),
      moves_money: z.boolean(),
      target_kind: z.string(),
      input_schema: z.record(z.string(), z.unknown()),
      reasons: z.array(z.looseObject(reason.shape)),
      doors: z.array(z.looseObject({ method: z.string(), path: z.string() })),
    }),
  ),
})

/** C-01. */
export const meSchema = z.looseObject({
  person: z.looseObject({ id: z.string(), name: z.string(), kind: z.enum(['person', 'machine']) }),
  roles: z.array(z.string()),
  consoles: z.array(z.looseObject({ name: z.string(), title: z.string() })),
  session: z.looseObject({
    kind: z.enum(['session', 'token']),
    id: z.string().optional(),
    expires_at: time,
    authenticated_at: time.nullable(),
  }),
  language: z.string().nullable(),
})

export const actionRequestListSchema = z.looseObject({
  requests: z.array(actionRequestSchema),
  next_cursor: z.string().nullable(),
})

/** C-07. */
export const approvalsSchema = z.looseObject({
  items: z.array(actionRequestSchema),
  next_cursor: z.string().nullable(),
  sources: z.array(z.looseObject({ name: z.string(), status: z.string(), read_at: time })),
})

const mention = z.looseObject({
  id: z.string().meta({ description: 'Of the note' }),
  entity: entityRef,
  author: person,
  at: time,
  text: z.string().nullable(),
  read_at: time.nullable(),
})

/** K-27. */
export const noteSchema = z.looseObject({
  id: z.string(),
  entity: entityRef,
  author: person,
  at: time,
  text: z.string(),
  mentions: z.array(z.string()),
  corrects: z.string().nullable(),
})
export const mentionListSchema = z.looseObject({
  mentions: z.array(mention),
  unread: z.int(),
  next_cursor: z.string().nullable(),
})

export const evidenceSchema = z.looseObject({
  id: z.string(),
  entity: entityRef,
  name: z.string(),
  type: z.string().meta({ description: 'Media type, as the content shows' }),
  bytes: z.int(),
  sha256: z.string().meta({ description: 'Of the file, hexadecimal' }),
  state: z.enum(['available', 'quarantined', 'removed']),
  scan: z.looseObject({
    verdict: z.enum(['clean', 'infected', 'unavailable', 'not_scanned']),
    detail: z.string().nullable(),
  }),
  retention: z.looseObject({ class: z.string() }),
  attached_by: person,
  at: time,
})
export const evidenceListSchema = z.looseObject({
  evidence: z.array(evidenceSchema),
  next_cursor: z.string().nullable(),
  may_annotate: z.boolean().meta({ description: 'Whether whoever reads may attach a file' }),
  accepts: z.looseObject({
    types: z.array(z.looseObject({ type: z.string(), title: z.string() })),
    max_bytes: z.int(),
    retention: z.array(z.looseObject({ name: z.string(), title: z.string() })),
  }),
})

/** C-24. */
export const entityListSchema = z.looseObject({
  entities: z.array(
    z.looseObject({
      kind: z.string(),
      id: z.string(),
      version: z.string(),
      title: z.string(),
      state: z.string(),
      fields: z.record(z.string(), z.unknown()).optional().meta({
        description: 'By the keys of the columns, where the kind has a page of its own (`/v1/lists`).',
      }),
    }),
  ),
  next_cursor: z.string().nullable(),
})

/** C-24: how the records of a kind are laid out. */
export const listCatalogueSchema = z.looseObject({
  lists: z.array(
    z.looseObject({
      kind: z.string(),
      console: z.string(),
      title: z.string(),
      note: z.string().nullable(),
      columns: z.array(z.looseObject({ key: z.string(), title: z.string(), type: z.string() })),
      filters: z.array(
        z.looseObject({
          ...{ key: z.string(), title: z.string(), hint: z.string().optional() },
          ...{ type: z.literal('instant').optional(), options: z.array(z.string()).optional() },
        }),
      ),
      actions_of: z.array(entityRef.extend({ only: z.string().optional(), title: z.string().optional() })),
    }),
  ),
})

/** By the name that a route gives as its `answer`. */
export const WIRE_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Problem: problemSchema,
  ActionRequest: actionRequestSchema,
  ActionRequests: actionRequestListSchema,
  Approvals: approvalsSchema,
  Preview: previewSchema,
  BulkPreview: bulkPreviewSchema,
  BulkRows: bulkRowsSchema,
  Catalogue: catalogueSchema,
  Me: meSchema,
  Note: noteSchema,
  Mentions: mentionListSchema,
  Evidence: evidenceSchema,
  EvidenceList: evidenceListSchema,
  EntityList: entityListSchema,
  ListCatalogue: listCatalogueSchema,
}
