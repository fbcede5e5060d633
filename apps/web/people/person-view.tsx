import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { DayTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { assertedRoles, grantedRoles } from './person-roles.ts'

/** Somebody, and what they may do here: as the identity provider says, and as people have granted. */
export const personView: RecordView = {
  name: 'people.kind',
  headedBy: 'title',
  states: {
    active: { label: 'people.state.active', tone: 'neutral' },
    pending: { label: 'people.state.pending', tone: 'attention' },
    disabled: { label: 'people.disabled', tone: 'neutral' },
    roles_in_conflict: { label: 'people.conflict', tone: 'danger' },
  },
  Body: PersonFacts,
}

function PersonFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const asserted = assertedRoles(entity)
  const granted = grantedRoles(entity)
  const { last_seen_at } = entity.data
  return (
    <Facts
      facts={[
        {
          label: t('people.asserted'),
          wide: true,
          value:
            asserted.length === 0
              ? t('people.noRoles')
              : asserted.map(({ role, since }) => (
                  <div key={role}>
                    {role}
                    {since === null ? null : (
                      <>
                        {t('sign.comma')}
                        {t('people.heldSince')} <DayTime at={since} />
                      </>
                    )}
                  </div>
                )),
        },
        {
          label: t('people.granted'),
          wide: true,
          value:
            granted.length === 0
              ? t('people.noRoles')
              : granted.map(({ role, granted_by, granted_at, expires_at }) => (
                  <div key={role}>
                    {role} {t('people.grantedBy', { name: granted_by })} <DayTime at={granted_at} />
                    {expires_at === null ? null : (
                      <>
                        {t('sign.comma')}
                        {t('people.until')} <DayTime at={expires_at} />
                      </>
                    )}
                  </div>
                )),
        },
        {
          label: t('people.lastUsed'),
          value: typeof last_seen_at === 'string' ? <RelativeTime at={last_seen_at} /> : t('people.never'),
        },
      ]}
    />
  )
}
