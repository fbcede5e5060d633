import type { Me } from '@countersign/sdk/wire/me.ts'
import { paths } from '@countersign/web-kit/paths.ts'

/** A page that belongs to no console: where it is, what it is called, and without which permission there is nothing to see. */
export type Place = { to: string; title: string; permission: string }
export type PlaceGroup = { key: string; title: string; places: Place[] }

const GROUPS: PlaceGroup[] = [
  {
    key: 'work',
    title: 'places.work',
    places: [
      { to: paths.approvals, title: 'approvals.title', permission: 'requests:read' },
      { to: paths.mentions, title: 'mentions.title', permission: 'kernel:read' },
      { to: paths.team, title: 'team.title', permission: 'kernel:read' },
      { to: paths.help, title: 'help.title', permission: 'kernel:read' },
    ],
  },
  {
    key: 'control',
    title: 'places.control',
    places: [
      { to: paths.policies, title: 'policy.title', permission: 'kernel:read' },
      { to: paths.access, title: 'people.title', permission: 'access:read' },
      { to: paths.audit, title: 'audit.title', permission: 'audit:read' },
    ],
  },
  {
    key: 'system',
    title: 'places.system',
    places: [
      { to: paths.alerts, title: 'alerts.title', permission: 'kernel:read' },
      { to: paths.health, title: 'health.title', permission: 'kernel:read' },
      { to: paths.upstreams, title: 'upstreams.title', permission: 'kernel:read' },
      { to: paths.projections, title: 'projections.title', permission: 'kernel:read' },
      { to: paths.jobs, title: 'jobs.title', permission: 'kernel:read' },
      { to: paths.deadLetters, title: 'deadLetters.title', permission: 'kernel:read' },
    ],
  },
]

/** The pages that this person has something to see on, by what people come for. */
export function placesOf(me: Pick<Me, 'permissions'>): PlaceGroup[] {
  return GROUPS.map((group) => ({
    ...group,
    places: group.places.filter(({ permission }) => me.permissions.includes(permission)),
  })).filter(({ places }) => places.length > 0)
}
