import type { ConsoleEntry } from '@countersign/web-kit/console-web.ts'

/** What belongs to every console: alerts, who is on call, upstreams. */
export const kernelEntry: ConsoleEntry = {
  name: 'kernel',
  title: 'system.title',
  kinds: {
    alert: 'system.kind.alert',
    roster: 'system.kind.roster',
    dead_letter: 'system.kind.deadLetter',
    approval_policy: 'policy.kind',
    person: 'people.kind',
    operator: 'team.kind',
    upstream: 'system.kind.upstream',
    projection: 'system.kind.projection',
  },
  queues: {},
  load: () => import('./kernel-web.tsx'),
}
