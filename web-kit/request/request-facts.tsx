import type { PreviewBody } from '@countersign/sdk/wire/actions.ts'
import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { ActionRequest, Emergency, RequestState } from '@countersign/sdk/wire/requests.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Link } from '@tanstack/react-router'
import { EntityLink } from '../entity-link.tsx'
import { formatList } from '../format-list.ts'
import { useMe } from '../me-context.tsx'
import { useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { AbsoluteTime, ClockTime, RelativeTime } from '../time.tsx'
import { ChangeTable, DriftTable, readable } from './preview-value.tsx'
import { reasonWords } from './reason-words.ts'
import styles from './request-facts.module.css'
import {
  approvalsGiven,
  failureCause,
  isSettled,
  isSystem,
  isUndecided,
  isWithdrawn,
  requestRisks,
  requestStates,
  shortDigest,
  upstreamSaid,
} from './request-state.ts'

/** What a request is: who asked for what and why, what it does, what moved since, what a signature covers. */
export function RequestFacts({ request, signing }: { request: PendingRequest; signing: boolean }) {
  const t = useText()
  const preview = request.current_preview ?? lastShown(request) ?? request.evidence?.preview ?? null
  return (
    <Facts
      facts={[
        {
          label: t('request.target'),
          // Over many records it is its own target: they are listed below.
          value:
            request.bulk !== undefined && request.target.title !== undefined ? (
              request.target.title
            ) : (
              <EntityLink to={request.made ?? request.target}>
                {request.target.title === undefined ? undefined : (
                  <MoneyText>{request.target.title}</MoneyText>
                )}
              </EntityLink>
            ),
        },
        { label: t('request.risk'), value: <RiskText request={request} /> },
        { label: t('request.reason'), value: request.reason ? <ReasonText request={request} /> : null },
        { label: t('request.whyCancelled'), value: cancelNote(request) },
        {
          label: t(doingOf(request.state)),
          wide: true,
          value: preview === null ? null : <PreviewText preview={preview} past={isSettled(request.state)} />,
        },
        {
          label: t('request.sinceAsked'),
          wide: true,
          value:
            request.state !== 'pending' ||
            request.drift === undefined ||
            (request.current_preview == null && request.drift.length === 0) ? null : (
              <>
                <DriftTable drift={request.drift} />
                {request.target_changed && request.drift_allowed ? (
                  <p className={styles.faint}>{t('request.driftAllowed')}</p>
                ) : null}
              </>
            ),
        },
        {
          label: t('request.heldBy'),
          wide: true,
          value: request.effect?.held_by === undefined ? null : <HeldBy request={request} />,
        },
        {
          label: t('request.cause'),
          wide: true,
          value: failureCause(request, t) === undefined ? null : <Cause request={request} />,
        },
        {
          label: t('request.approvals'),
          value: request.state === 'denied' ? null : <GivenApprovals request={request} />,
        },
        {
          label: t('request.lastTry'),
          wide: true,
          value:
            isSettled(request.state) ||
            upstreamSaid(request) === null ||
            failureCause(request, t) !== undefined ? null : (
              <LastTry request={request} />
            ),
        },
        {
          label: t('request.upstreamSaid'),
          wide: true,
          value:
            isSettled(request.state) && failureCause(request, t) === undefined ? upstreamSaid(request) : null,
        },
        {
          label: t(signing ? 'request.youSign' : 'request.signed'),
          value:
            request.digest === null ? null : (
              <>
                <code title={request.digest}>sha256 {shortDigest(request.digest)}</code>
                <CopyButton value={request.digest} label={t('copy.id')} doneLabel={t('copy.done')} />
                <span className={styles.faint}>{t('request.revision', { revision: request.revision })}</span>
              </>
            ),
        },
      ]}
    />
  )
}

/** What the last to agree was shown: it may have come to be known only since it was asked for. */
function lastShown({ state, seen = [] }: PendingRequest): PreviewBody | null {
  if (!isSettled(state)) return null
  return seen.findLast(({ decision }) => decision === 'approve')?.evidence.preview ?? null
}

/** What a request does is what it did once it is done, and what it would have done where it came to nothing. */
function doingOf(state: RequestState): string {
  if (state === 'executed') return 'request.whatItDid'
  return isSettled(state) ? 'request.whatItWouldHaveDone' : 'request.whatItDoes'
}

function RiskText({ request }: { request: ActionRequest }) {
  const t = useText()
  if (request.risk === undefined) return null
  return (
    <span className={styles.risk} data-risk={request.risk}>
      {t(requestRisks[request.risk])}
    </span>
  )
}

const HOLDING = {
  audit_halted: 'request.heldBy.audit_halted',
  upstream_paused: 'request.heldBy.upstream_paused',
  evidence: 'request.heldBy.evidence',
} as const

/** Why what has been agreed to is not sent yet, and where that is ended. */
function HeldBy({ request: { effect } }: { request: ActionRequest }) {
  const t = useText()
  const { held_by: by, connector: upstream } = effect ?? {}
  if (by === undefined) return null
  return (
    <>
      {t(HOLDING[by], { upstream })}{' '}
      {by === 'upstream_paused' && upstream !== undefined ? (
        <EntityLink to={{ kind: 'upstream', id: upstream }}>
          {t('request.heldBy.upstream', { upstream })}
        </EntityLink>
      ) : null}
    </>
  )
}

/** What came of the last try where it is not over yet: nobody has to do anything for there to be another. */
function LastTry({ request }: { request: ActionRequest }) {
  const t = useText()
  const upstream = request.effect?.connector
  return (
    <>
      {upstreamSaid(request)?.replace(/\.?$/, '.')} {t('request.lastTry.again')}{' '}
      {upstream === undefined ? null : (
        <EntityLink to={{ kind: 'upstream', id: upstream }}>
          {t('request.lastTry.upstream', { upstream })}
        </EntityLink>
      )}
    </>
  )
}

/** Why it came to nothing, and what there is to do about it. */
function Cause({ request }: { request: ActionRequest }) {
  const t = useText()
  const cause = failureCause(request, t)
  if (cause === undefined) return null
  return (
    <>
      <p className={styles.cause}>{cause}</p>
      {request.state === 'failed' ? <p>{t('sheet.outcome.failed.next')}</p> : null}
    </>
  )
}

function ReasonText({ request }: { request: ActionRequest }) {
  if (!request.reason) return null
  const { note } = request.reason
  return (
    <span className={styles.reason}>
      {reasonWords(request.reason)}
      {note ? (
        <>
          {' · '}
          <bdi>{note}</bdi>
        </>
      ) : null}
    </span>
  )
}

/** What was said when it was cancelled, or stopped before its time. */
function cancelNote({ transitions = [], withdrawal }: ActionRequest): string | null {
  return transitions.findLast(({ to }) => to === 'cancelled')?.note ?? withdrawal?.note ?? null
}

/** A preview in words: the sentence, what changes, what follows. */
export function PreviewText({
  preview,
  freshAt,
  past = false,
}: {
  preview: PreviewBody
  freshAt?: string | undefined
  /** It is over: what was warned of calls for nobody any more. */
  past?: boolean
}) {
  const t = useText()
  return (
    <div className={styles.preview}>
      <p>
        <MoneyText>{preview.summary}</MoneyText>
      </p>
      {(preview.warnings ?? []).map((warning) => (
        <Banner key={warning} tone={past ? 'neutral' : 'attention'}>
          <MoneyText>{warning}</MoneyText>
        </Banner>
      ))}
      <ChangeTable changes={preview.changes} />
      {preview.effects.length === 0 ? null : (
        <ul className={styles.effects}>
          {preview.effects.map((effect) => (
            <li key={effect}>
              <MoneyText>{effect}</MoneyText>
            </li>
          ))}
        </ul>
      )}
      {preview.at_present === undefined || preview.at_present.length === 0 ? null : (
        <ul className={styles.effects}>
          {preview.at_present.map((one) => (
            <li key={one}>
              <MoneyText>{one}</MoneyText>
            </li>
          ))}
        </ul>
      )}
      {freshAt === undefined ? null : (
        <p className={styles.faint}>
          {t('request.freshRead')} <RelativeTime at={freshAt} />
        </p>
      )}
    </div>
  )
}

function GivenApprovals({ request }: { request: PendingRequest }) {
  const t = useText()
  const me = useMe()
  const language = useLanguage()
  const { required, given, eligible_roles: roles = [] } = request.approvals
  const or = (names: string[]) => formatList(names, language, 'disjunction')
  const named = (request.eligible_people ?? []).filter(
    ({ id }) => !given.some(({ person }) => person.id === id),
  )
  const mine = request.requested_by.id === me.person.id
  if (required === 0) return t('request.noApprovals')
  return (
    <div>
      {t('request.approvalsOf', { given: approvalsGiven(request), required })}
      {!isUndecided(request) || roles.length === 0 ? null : (
        <div className={styles.given}>
          {named.length === 0
            ? t('request.mayAgreeByRole', { roles: or(roles) })
            : t('request.mayAgree', {
                people: or([
                  ...named.filter(({ id }) => id === me.person.id).map(() => t('request.you')),
                  ...named.filter(({ id }) => id !== me.person.id).map(({ name }) => name),
                ]),
                roles: or(roles),
              })}
          {mine ? ` ${t('request.notYou')}` : ''}
        </div>
      )}
      {given.map((one) => (
        <div key={`${one.person.id} ${one.at}`} className={styles.given}>
          {one.person.name}{' '}
          {t(one.decision.startsWith('approve') ? 'request.decision.approved' : 'request.decision.rejected')}
          {t('sign.comma')}
          <ClockTime at={one.at} />
          {one.void ? <strong> · {t('request.decision.void')}</strong> : null}
          {one.note ? (
            <span className={styles.reason}>
              {' '}
              · <bdi>{one.note}</bdi>
            </span>
          ) : null}
        </div>
      ))}
    </div>
  )
}

const BASES: Record<string, string> = {
  emergency: 'request.basis.emergency',
  break_glass: 'request.basis.break_glass',
}

/** How an emergency ended: its request's own state does not move with that. */
const EMERGENCY_ENDS: Partial<Record<Emergency['approval'], string>> = {
  agreed: 'request.emergency.wasAgreed',
  rejected: 'request.emergency.wasRejected',
  lapsed: 'request.emergency.hasLapsed',
  taken_back: 'request.emergency.wasTakenBack',
}

/** Every move a request has made, oldest first, and how its emergency ended. */
export function RequestHistory({ request }: { request: ActionRequest }) {
  const t = useText()
  const { ended_at, ended_by, approval, lifted_at, lifted_by } = request.emergency ?? {}
  const ended = approval === undefined ? undefined : EMERGENCY_ENDS[approval]
  return (
    <ol className={styles.history}>
      {(request.transitions ?? []).map((move) => {
        // The dispatcher moves what people stopped.
        const takenBack = move.to === 'stale' && isWithdrawn(request)
        const mover = takenBack ? (request.withdrawal?.by ?? request.requested_by) : move.actor
        const actor = typeof mover === 'string' ? mover : mover?.name
        const basis = move.basis ? BASES[move.basis] : undefined
        return (
          <li key={`${move.at} ${move.to}`} className={styles.move}>
            <AbsoluteTime at={move.at} />
            <span>
              {t(
                move.from === null
                  ? 'request.transition.start'
                  : takenBack
                    ? 'request.state.withdrawn'
                    : requestStates[move.to].label,
              )}
              {basis === undefined ? '' : ` ${t(basis)}`}
              {move.why === undefined || move.to === request.state ? null : (
                <span className={styles.given}> · {readable(move.why)}</span>
              )}
            </span>
            <span className={styles.faint}>{isSystem(actor) ? t('request.system') : actor}</span>
          </li>
        )
      })}
      {ended_at === undefined || ended === undefined ? null : (
        <li className={styles.move}>
          <AbsoluteTime at={ended_at} />
          <span>{t(ended)}</span>
          <span className={styles.faint}>
            {isSystem(ended_by?.id) ? t('request.system') : ended_by?.name}
          </span>
        </li>
      )}
      {lifted_at === undefined || lifted_by === undefined ? null : (
        <li className={styles.move}>
          <AbsoluteTime at={lifted_at} />
          <Link to={paths.request(lifted_by)}>{t('request.emergency.isLifted')}</Link>
          <span className={styles.faint}>{t('request.system')}</span>
        </li>
      )}
    </ol>
  )
}
