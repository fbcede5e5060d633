/** HTTP status and title of every refusal: the one place where a refusal meets HTTP. */
export const REFUSALS = {
  malformed_json: [400, 'The body is not JSON'],
  malformed_url: [400, 'The address cannot be decoded'],
  invalid_request: [400, 'The request does not fit its schema'],
  idempotency_key_required: [400, 'An Idempotency-Key is required'],
  unauthorized: [401, 'No valid API key'],
  not_for_staging: [403, 'The API key does not allow this'],
  not_found: [404, 'There is no such thing'],
  transfer_not_returnable: [409, 'This transfer cannot be returned now'],
  return_not_dishonourable: [409, 'This return cannot be dishonoured'],
  dishonour_not_contestable: [409, 'There is no dishonour to contest or accept'],
  account_changed: [409, 'The account on file is another by now'],
  transfer_not_resendable: [409, 'This transfer is not sent again'],
  no_change_to_answer: [409, 'There is no notification of change to answer'],
  party_frozen: [409, 'A party of this transfer is frozen'],
  already_frozen: [409, 'The party is frozen already'],
  already_decided: [409, 'The hit is decided already'],
  not_quarantined: [409, 'The statement is not in quarantine'],
  exception_not_open: [409, 'The exception is not open'],
  exception_not_assigned: [409, 'Nobody has assigned this exception'],
  exception_not_written_off: [409, 'The exception is not written off'],
  residual_not_open: [409, 'What was left over has been dealt with'],
  no_best_candidate: [409, 'No candidate is good enough by itself'],
  partner_taken: [409, 'So much of it is not open any more'],
  already_active: [409, 'The merchant is active already'],
  merchant_not_active: [409, 'The merchant is not active'],
  api_access_off: [409, 'The merchant has no API access'],
  no_webhook: [409, 'The merchant has no webhook'],
  no_gateway: [409, 'No gateway takes this payment now'],
  already_so: [409, 'It is so already'],
  override_in_force: [409, 'What is its turn goes to another gateway already'],
  no_override: [409, 'What is its turn goes nowhere else'],
  incident_resolved: [409, 'The incident is resolved'],
  updates_exhausted: [409, 'The incident has as many updates as it may'],
  limit_exists: [409, 'There is such a limit already'],
  allowlist_exists: [409, 'There is such an allowlist already'],
  withdrawn: [409, 'It is withdrawn'],
  already_confirmed: [409, 'The settlement is confirmed already'],
  period_locked: [409, 'The accounting period is locked'],
  period_not_over: [409, 'The accounting period is not over yet'],
  earlier_period_open: [409, 'An earlier accounting period is open'],
  period_moved: [409, 'Something was posted into the accounting period meanwhile'],
  not_frozen: [409, 'The party is not frozen'],
  request_in_flight: [409, 'The first request with this key is under way'],
  chunks_missing: [409, 'Chunks of this file are missing'],
  content_committed: [409, 'The same content is committed under other bytes'],
  file_committed: [409, 'The file is committed'],
  version_conflict: [412, 'The record has moved on'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be application/json'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used with another request'],
  return_window_closed: [422, 'The deadline for this return has passed'],
  reason_not_of_rail: [422, 'The reason is not a code of this rail'],
  reason_not_of_history: [422, 'The reason does not fit what happened'],
  resubmissions_exhausted: [422, 'It was sent again as often as the rail allows'],
  correction_required: [422, 'Nothing is corrected'],
  authorisation_required: [422, 'The receiver has to have authorised it again'],
  correction_unreadable: [422, 'The corrected data are not formed as their code asks'],
  totals_differ: [422, 'The totals do not agree with the content'],
  version_required: [428, 'If-Match is required'],
  line_repeated: [422, 'A line appears twice'],
  file_differs: [422, 'The file is staged with another description'],
  partner_unknown: [422, 'There is no such transfer or posting to assign to'],
  parts_do_not_fit: [422, 'The parts do not fit the exception'],
  not_of_merchant: [422, 'This merchant does not offer it'],
  merchant_unknown: [422, 'There is no such merchant'],
  gateway_unsuitable: [422, 'Authorisations cannot go there'],
  last_of_kind: [422, 'No gateway of this kind would be left'],
  networks_overlap: [422, 'Two networks of the list overlap'],
  would_lock_out: [422, 'The list would let nobody in'],
  hit_not_of_party: [422, 'The hit is not one of this party'],
  internal_error: [500, 'Something failed here'],
  misbehaving: [500, 'The sandbox was told to fail'],
  refusing: [503, 'The sandbox was told to refuse'],
  too_late: [503, 'The order has waited too long'],
} as const satisfies Record<string, readonly [number, string]>
export type RefusalCode = keyof typeof REFUSALS

/** One thing wrong with one member; `allowed` lists the values that would do. */
export type FieldProblem = {
  readonly field: string
  readonly message: string
  readonly allowed?: readonly unknown[]
}

export type Refusal = {
  readonly refused: RefusalCode
  readonly detail: string
  readonly errors?: readonly FieldProblem[]
}

/** A refusal as a value; `detail` is a sentence for the person who reads it. */
export function refuse(refused: RefusalCode, detail: string, errors?: readonly FieldProblem[]): Refusal {
  return errors ? { refused, detail, errors } : { refused, detail }
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value
}

/** The RFC 9457 document of a refusal. */
export function problemDocument(refusal: Refusal, instance: string): Record<string, unknown> {
  const [status, title] = REFUSALS[refusal.refused]
  return {
    type: `urn:countersign:sandbox:${refusal.refused}`,
    title,
    status,
    detail: refusal.detail,
    instance,
    code: refusal.refused,
    ...(refusal.errors ? { errors: refusal.errors } : {}),
  }
}
