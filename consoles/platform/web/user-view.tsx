import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { part, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'

/** Somebody of the platform. What is done to them (a role, disabling, a session) is done on the page of the person, where this leads. */
export const userView: RecordView = {
  name: 'platform.kind.user',
  headedBy: 'title',
  states: {
    active: { label: 'platform.user.active', tone: 'settled' },
    pending: { label: 'platform.user.pending', tone: 'neutral' },
    disabled: { label: 'platform.user.disabled', tone: 'attention' },
  },
  ownRelations: ['person'],
  Foremost: ToPerson,
  Body: UserBody,
}

/** Those who run the platform, together: an invitation acts on them. */
export const userDirectoryView: RecordView = {
  name: 'platform.users',
  headedBy: 'title',
  ofAll: true,
  states: { active: { label: 'platform.user.active', tone: 'neutral' } },
}

function ToPerson({ entity }: { entity: Entity }) {
  const t = useText()
  return <EntityLink to={{ kind: 'person', id: entity.id }}>{t('platform.user.change')}</EntityLink>
}

function UserBody({ entity }: { entity: Entity }) {
  const t = useText()
  const data = part(entity, 'data')
  const [seen, created] = [text(data, 'last_login_at'), text(data, 'created_at')]
  return (
    <Facts
      facts={[
        { label: t('platform.fact.username'), value: text(data, 'username') },
        { label: t('platform.fact.role'), value: text(data, 'role') ?? t('platform.user.noRole') },
        {
          label: t('platform.fact.invitedBy'),
          value: text(data, 'created_by_name') ?? text(data, 'created_by'),
        },
        {
          label: t('platform.fact.lastSignIn'),
          value: seen === null ? t('platform.user.never') : <AbsoluteTime at={seen} />,
        },
        {
          label: t('platform.fact.knownSince'),
          value: created === null ? null : <AbsoluteTime at={created} />,
        },
      ]}
    />
  )
}
