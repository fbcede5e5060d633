import type { Client } from '@countersign/sdk/client.ts'
import { problemStatus } from '@countersign/sdk/problem.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { refFromText } from '@countersign/web-kit/paths.ts'
import {
  actionsQuery,
  approvalsQuery,
  entityQuery,
  meQuery,
  queueHeadQuery,
  queueItemsQuery,
  queuesQuery,
  requestQuery,
  timelineQuery,
} from '@countersign/web-kit/queries.ts'
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { consoleOfKind, loadConsole } from './consoles.ts'
import { HomePage } from './pages/home-page.tsx'
import { NotFoundPage, PageProblem } from './pages/page-problem.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { followClaim } from './shell/page-language.ts'
import { Shell } from './shell/shell.tsx'
import { parseSearch, stringifySearch, textSearch, without } from './url-search.ts'

export type RouterContext = { client: Client; queries: QueryClient }

export const BASE_PATH = '/app'

/** Parameters of a queue's URL that are not the list's own. */
export const QUEUE_OWN_PARAMS = ['open', 'act'] as const

const root = createRootRouteWithContext<RouterContext>()({ notFoundComponent: NotFoundPage })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: textSearch,
  component: () => <SignInPage search={signIn.useSearch()} />,
})

/** Everything behind the sign-in: who I am is known before any of it is drawn. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      const me = await context.queries.ensureQueryData(meQuery(context.client))
      const changed = await followClaim(me.language)
      return {
        me: changed ? await context.queries.fetchQuery({ ...meQuery(context.client), staleTime: 0 }) : me,
      }
    } catch (error) {
      if (problemStatus(error) !== 401) throw error
      throw redirect({ to: '/sign-in', search: { return_to: `${BASE_PATH}${location.href}` } })
    }
  },
  // What this person may not read is not asked for: each refusal would stand in the audit log.
  loader: ({ context: { client, queries, me } }) => {
    void queries.prefetchQuery(actionsQuery(client))
    if (me.permissions.includes('kernel:read')) void queries.prefetchQuery(queuesQuery(client))
    if (me.permissions.includes('requests:read')) void queries.prefetchQuery(approvalsQuery(client))
  },
  component: () => <Shell me={signedIn.useRouteContext().me} />,
})

/** Whether records may be read at all: without it each read would be a refusal in the audit log. */
const reads = ({ me }: { me: Me }) => me.permissions.includes('kernel:read')

const home = createRoute({ getParentRoute: () => signedIn, path: '/', component: HomePage })

const queue = createRoute({
  getParentRoute: () => signedIn,
  path: '/$console/$queue',
  validateSearch: textSearch,
  loaderDeps: ({ search }) => ({ list: without(search, QUEUE_OWN_PARAMS), open: search.open }),
  loader: async ({ context, params, deps }) => {
    const name = `${params.console}.${params.queue}`
    const open = refFromText(deps.open)
    if (!reads(context)) return { console: await loadConsole(params.console) }
    void context.queries.prefetchInfiniteQuery(queueItemsQuery(context.client, name, deps.list))
    void context.queries.prefetchQuery(queueHeadQuery(context.client, name, deps.list))
    if (open !== null) {
      void context.queries.prefetchQuery(entityQuery(context.client, open))
      void context.queries.prefetchInfiniteQuery(timelineQuery(context.client, open))
    }
    return { console: await loadConsole(params.console) }
  },
  component: lazyRouteComponent(() => import('./pages/queue-page.tsx'), 'QueuePage'),
})

const queueFigures = createRoute({
  getParentRoute: () => signedIn,
  path: '/$console/$queue/figures',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./pages/queue-figures-page.tsx'), 'QueueFiguresPage'),
})

const entity = createRoute({
  getParentRoute: () => signedIn,
  path: '/entities/$kind/$id',
  validateSearch: textSearch,
  loader: async ({ context, params }) => {
    if (reads(context)) {
      void context.queries.prefetchQuery(entityQuery(context.client, params))
      void context.queries.prefetchInfiniteQuery(timelineQuery(context.client, params))
    }
    const owner = consoleOfKind(params.kind)
    return { console: owner === undefined ? null : await loadConsole(owner.name) }
  },
  component: lazyRouteComponent(() => import('./pages/entity-page.tsx'), 'EntityPage'),
})

const approvals = createRoute({
  getParentRoute: () => signedIn,
  path: '/approvals',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./approvals/approvals-page.tsx'), 'ApprovalsPage'),
})

const mentions = createRoute({
  getParentRoute: () => signedIn,
  path: '/mentions',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./mentions/mentions-page.tsx'), 'MentionsPage'),
})

const request = createRoute({
  getParentRoute: () => signedIn,
  path: '/requests/$id',
  loader: ({ context, params }) => {
    if (context.me.permissions.includes('requests:read')) {
      void context.queries.prefetchQuery(requestQuery(context.client, params.id))
    }
  },
  component: lazyRouteComponent(() => import('./pages/request-page.tsx'), 'RequestPage'),
})

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
})

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/alerts',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./system/alerts-page.tsx'), 'AlertsPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/dead-letters',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./system/dead-letters-page.tsx'), 'DeadLettersPage'),
})

const policies = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/policies',
  component: lazyRouteComponent(() => import('./policy/policies-page.tsx'), 'PoliciesPage'),
})

const upstreams = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/upstreams',
  component: lazyRouteComponent(() => import('./system/upstreams-page.tsx'), 'UpstreamsPage'),
})

const health = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/health',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./system/health-page.tsx'), 'HealthPage'),
})

const jobs = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/jobs',
  component: lazyRouteComponent(() => import('./system/jobs-page.tsx'), 'JobsPage'),
})

const projections = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/projections',
  component: lazyRouteComponent(() => import('./system/projections-page.tsx'), 'ProjectionsPage'),
})

const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/access',
  validateSearch: textSearch,
  component: lazyRouteComponent(() => import('./people/access-page.tsx'), 'AccessPage'),
})

const team = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/team',
  component: lazyRouteComponent(() => import('./team/team-page.tsx'), 'TeamPage'),
})

/** An address that leads nowhere, in the frame that leads everywhere else. */
const nowhere = createRoute({ getParentRoute: () => signedIn, path: '/$', component: NotFoundPage })

export function createAppRouter(context: RouterContext) {
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      signedIn.addChildren([
        home,
        queue,
        queueFigures,
        entity,
        approvals,
        mentions,
        request,
        audit,
        alerts,
        deadLetters,
        policies,
        access,
        team,
        upstreams,
        health,
        jobs,
        projections,
        nowhere,
      ]),
    ]),
    context,
    basepath: BASE_PATH,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageProblem,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  })
}
