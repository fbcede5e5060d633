import type { Result } from '@countersign/kernel/actions/failure.ts'
import { ok } from '@countersign/kernel/actions/failure.ts'
import { withConsoleGates } from '@countersign/kernel/http/with-console-gates.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import { makeEdgeRules } from '@countersign/platform/edge/edge-gate.ts'
import { platformRoles } from '@countersign/platform/roles.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

const REQUESTS = 200_000
const WARM_UP_REQUESTS = 20_000
const LIMITS = 20
/** Of them, which hold the path that is asked for. */
const ON_PATH = 5
/** Of each family half. */
const NETWORKS = 200
const OPERATORS = 500
const TARGET_US = 50

type Authenticate = Parameters<typeof withConsoleGates>[0]
type Asked = Parameters<Authenticate>[0]

/**
 * P-05: what the limits and the list of a console add to a request, measured beside the same request without them, one after the other in
 * the same run. In this process: over the network what is asked for would be lost in the noise of it.
 */
export async function consoleGateRows(): Promise<Row[]> {
  const bare: Authenticate = async (request): Promise<Result<Principal>> =>
    ok({ id: request.id, roles: ['platform/OPS_ADMIN'] } as unknown as Principal)
  const rules = makeEdgeRules(() => new Date())
  rules.take(fullRules())
  const gate = { ...rules, read: async () => undefined }
  // Who is refused is recorded by the kernel; nobody is here, and nothing else of it is looked at than which roles are lent.
  const kernel = { consoles: [{ roles: platformRoles }] } as unknown as Parameters<typeof withConsoleGates>[1]
  const gated = withConsoleGates(bare, kernel, new Map([['platform', gate]]))
  const withGate: number[] = []
  const without: number[] = []
  for (let n = 0; n < WARM_UP_REQUESTS + REQUESTS; n += 1) {
    const request = askedBy(n)
    const [first, second] = n % 2 === 0 ? [bare, gated] : [gated, bare]
    const took = new Map([[first, await timed(first, request)]])
    took.set(second, await timed(second, request))
    if (n < WARM_UP_REQUESTS) continue
    without.push(took.get(bare) ?? 0)
    withGate.push(took.get(gated) ?? 0)
  }
  const [on, off] = [quantiles(withGate), quantiles(without)]
  const added = on.p99 - off.p99
  return [
    {
      id: 'P-05',
      what: 'limits and allowlist of a console, added to a request',
      value: `p99 ${added.toFixed(1)} µs`,
      limit: `${off.p99.toFixed(1)} µs without`,
      target: `≤ ${TARGET_US} µs`,
      met: added <= TARGET_US,
      note: `${LIMITS} limits, ${ON_PATH} of them on the path, ${NETWORKS} networks, ${OPERATORS} operators; p50 ${(on.p50 - off.p50).toFixed(1)} µs; ${REQUESTS.toLocaleString('en')} requests, each with and without`,
    },
  ]
}

/** µs. @throws Error where the request was not let in */
async function timed(authenticate: Authenticate, request: Asked): Promise<number> {
  const started = performance.now()
  const identity = await authenticate(request)
  const took = (performance.now() - started) * 1_000
  if (!identity.ok) throw new Error('a request of the benchmark was refused')
  return took
}

function askedBy(n: number): Asked {
  const asked = {
    ...{
      id: `operator-${n % OPERATORS}`,
      ip: n % 3 === 0 ? `2001:db8:${n % 10}::7` : `::ffff:198.18.${n % 100}.9`,
    },
    ...{ method: 'GET', url: '/api/ops/merchants?limit=50', params: {} },
    routeOptions: { url: '/api/ops/merchants', config: {} },
  }
  return asked as unknown as Asked
}

function fullRules(): Parameters<ReturnType<typeof makeEdgeRules>['take']>[0] {
  const common = {
    ...{ version: 1, scope: 'console' as const, console: 'platform', state: 'active' as const },
    ...{ created_at: '2026-01-01T00:00:00Z', changed_at: '2026-01-01T00:00:00Z' },
  }
  const half = NETWORKS / 2
  return {
    limits: Array.from({ length: LIMITS }, (_, n) => ({
      ...{
        ...common,
        id: `rl_${n}`,
        route: n < ON_PATH ? '/api/ops' : '/v1/nothing',
        limit: 1_000_000,
        window_s: n + 1,
        burst: 0,
      },
    })),
    lists: [
      {
        ...{ ...common, id: 'al_1' },
        entries: [
          ...Array.from({ length: half }, (_, n) => ({ name: `v4 ${n}`, cidr: `198.18.${n}.0/24` })),
          ...Array.from({ length: half }, (_, n) => ({ name: `v6 ${n}`, cidr: `2001:db8:${n}::/48` })),
        ],
      },
    ],
  }
}
