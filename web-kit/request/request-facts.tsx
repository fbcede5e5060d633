import type { ActionRequest, PendingRequest, PreviewBody } from '@countersign/sdk/wire.ts'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '../entity-link.tsx'
import { useText } from '../messages.ts'
import { AbsoluteTime, ClockTime, RelativeTime } from '../time.tsx'
import { ChangeTable, DriftTable } from './preview-value.tsx'
import styles from './request-facts.module.css'
import { approvalsGiven, requestStates, shortDigest } from './request-state.ts'

/** What a request is: who asked for what and why, what it does, what moved since, what a signature covers. */
export function RequestFacts({ request, signing }: { request: PendingRequest; signing: boolean }) {
  const t = useText()
  const preview = request.current_preview ?? request.evidence?.preview ?? null
  return (
    <Facts
      facts={[
        { label: t('request.target'), value: <EntityLink to={request.target} /> },
        { label: t('request.reason'), value: <ReasonText request={request} /> },
        {
          label: t('request.whatItDoes'),
          wide: true,
          value: preview === null ? null : <PreviewText preview={preview} />,
        },
        {
          label: t('request.sinceAsked'),
          wide: true,
          value:
            request.state !== 'pending' ||
            request.drift === undefined ||
            request.current_preview == null ? null : (
              <DriftTable drift={request.drift} />
            ),
        },
        { label: t('request.approvals'), value: <GivenApprovals request={request} /> },
        { label: t('request.upstreamSaid'), wide: true, value: upstreamSaid(request) },
        {
          label: t(signing ? 'request.youSign' : 'request.signed'),
          value: (
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

/** The upstream's own words on what came of the effect, where there were any. */
function upstreamSaid({ effect }: ActionRequest): string | null {
  const detail = effect?.detail
  if (typeof detail !== 'object' || detail === null || !('message' in detail)) return null
  return typeof detail.message === 'string' ? detail.message : null
}

function ReasonText({ request }: { request: ActionRequest }) {
  if (!request.reason) return null
  const { code, note } = request.reason
  return (
    <span className={styles.reason}>
      <code>{code}</code>
      {note ? ` · ${note}` : ''}
    </span>
  )
}

/** A preview in words: the sentence, what changes, what follows. */
export function PreviewText({ preview, freshAt }: { preview: PreviewBody; freshAt?: string | undefined }) {
  const t = useText()
  return (
    <div className={styles.preview}>
      <p>{preview.summary}</p>
      <ChangeTable changes={preview.changes} />
      {preview.effects.length === 0 ? null : (
        <ul className={styles.effects}>
          {preview.effects.map((effect) => (
            <li key={effect}>{effect}</li>
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

function GivenApprovals({ request }: { request: ActionRequest }) {
  const t = useText()
  const { required, given } = request.approvals
  return (
    <div>
      {t('request.approvalsOf', { given: approvalsGiven(request), required })}
      {given.map((one) => (
        <div key={`${one.person.id} ${one.at}`} className={styles.given}>
          {one.person.name}{' '}
          {t(one.decision.startsWith('approve') ? 'request.decision.approved' : 'request.decision.rejected')},{' '}
          <ClockTime at={one.at} />
          {one.note ? <span className={styles.reason}> · {one.note}</span> : null}
        </div>
      ))}
    </div>
  )
}

const BASES: Record<string, string> = {
  quorum: 'request.basis.quorum',
  emergency: 'request.basis.emergency',
  break_glass: 'request.basis.break_glass',
}

/** Every move a request has made, oldest first. */
export function RequestHistory({ request }: { request: ActionRequest }) {
  const t = useText()
  return (
    <ol className={styles.history}>
      {(request.transitions ?? []).map((move) => {
        const actor = typeof move.actor === 'string' ? move.actor : move.actor?.name
        const basis = move.basis ? BASES[move.basis] : undefined
        return (
          <li key={`${move.at} ${move.to}`} className={styles.move}>
            <AbsoluteTime at={move.at} />
            <span>
              {t(move.from === null ? 'request.transition.start' : requestStates[move.to].label)}
              {basis === undefined ? '' : ` ${t(basis)}`}
            </span>
            <span className={styles.faint}>{actor ?? t('request.system')}</span>
          </li>
        )
      })}
    </ol>
  )
}
