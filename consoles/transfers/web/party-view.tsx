import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { countryName } from '@countersign/web-kit/country-name.ts'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import { Suspense } from 'react'
import { screeningTexts } from './screening/screening-texts.ts'

const PartyHits = lazyPart(
  withTexts(() => import('./party-hits.tsx'), screeningTexts),
  'transfers.party.hits',
)

/** A party; whether it is frozen is its state, and the frame's banner. */
export const partyView: RecordView = {
  name: 'transfers.kind.party',
  headedBy: 'title',
  states: {
    frozen: { label: 'transfers.state.frozen', tone: 'danger' },
    active: { label: 'transfers.state.active', tone: 'neutral' },
    open: { label: 'transfers.state.active', tone: 'neutral' },
  },
  Body: PartyBody,
}

function PartyBody({ entity }: { entity: Entity }) {
  return (
    <>
      <PartyFacts entity={entity} />
      {parts(entity.data, 'hits').length === 0 ? null : (
        <Suspense>
          <PartyHits entity={entity} />
        </Suspense>
      )}
    </>
  )
}

function PartyFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { data } = entity
  const since = text(data, 'frozen_since')
  // What its upstream goes on telling, redacted, would contradict that it was erased here.
  const bornErased = (entity.personal ?? []).some(
    ({ path, erased_at }) => path === 'date_of_birth' && erased_at !== undefined,
  )
  return (
    <Facts
      facts={[
        {
          label: t('transfers.fact.partyKind'),
          value: t(text(data, 'kind') === 'company' ? 'transfers.party.company' : 'transfers.party.person'),
        },
        { label: t('transfers.fact.country'), value: countryName(text(data, 'country'), language) },
        { label: t('transfers.fact.born'), value: bornErased ? null : text(data, 'date_of_birth') },
        {
          label: t('transfers.fact.frozenSince'),
          value: since === null ? null : <AbsoluteTime at={since} />,
        },
        {
          label: t('transfers.fact.freezeReason'),
          value:
            text(data, 'freeze_reason_title') ?? text(data, 'freeze_reason')?.replaceAll('_', ' ') ?? null,
        },
      ]}
    />
  )
}
