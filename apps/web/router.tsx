import type { Client } from '@countersign/sdk/client.ts'
import { problemStatus } from '@countersign/sdk/problem.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { loaded } from '@countersign/web-kit/not-loaded-error.ts'
import { refFromText } from '@countersign/web-kit/paths.ts'
import {
  actionsQuery,
  approvalsQuery,
  entityQuery,
  listsQuery,
  meQuery,
  queuesQuery,
  recordsQuery,
  requestQuery,
  timelineQuery,
} from '@countersign/web-kit/queries.ts'
import { prefetchQueue } from '@countersign/web-kit/queue/prefetch-queue.ts'
import { withTexts } from '@countersign/web-kit/with-texts.ts'
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { controlCatalogues } from './catalogues.ts'
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

/** A page that is loaded when it is first entered. One that cannot be says so (`PageProblem`). */
function page<Page extends Record<string, unknown>, Name extends keyof Page & string>(
  load: () => Promise<Page>,
  name: Name,
) {
  // By an error of ours: at the browser's the router loads everything anew by itself, and what was typed is lost.
  return lazyRouteComponent(() => loaded(load()), name)
}

/** A page of control or system, which comes with its texts. */
function controlPage<Page extends Record<string, unknown>, Name extends keyof Page & string>(
  load: () => Promise<Page>,
  name: Name,
) {
  return page(withTexts(load, controlCatalogues), name)
}

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
    prefetchQueue(context.queries, context.client, name, deps.list)
    if (open !== null) {
      void context.queries.prefetchQuery(entityQuery(context.client, open))
      void context.queries.prefetchInfiniteQuery(timelineQuery(context.client, open))
    }
    return { console: await loadConsole(params.console) }
  },
  component: page(() => import('./pages/queue-page.tsx'), 'QueuePage'),
})

const queueFigures = createRoute({
  getParentRoute: () => signedIn,
  path: '/$console/$queue/figures',
  validateSearch: textSearch,
  component: page(() => import('./pages/queue-figures-page.tsx'), 'QueueFiguresPage'),
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
  component: page(() => import('./pages/entity-page.tsx'), 'EntityPage'),
})

const list = createRoute({
  getParentRoute: () => signedIn,
  path: '/lists/$kind',
  validateSearch: textSearch,
  loaderDeps: ({ search }) => ({ list: without(search, QUEUE_OWN_PARAMS) }),
  loader: async ({ context, params: { kind }, deps }) => {
    if (reads(context)) {
      void context.queries.prefetchQuery(listsQuery(context.client))
      void context.queries.prefetchInfiniteQuery(recordsQuery(context.client, kind, deps.list))
    }
    const owner = consoleOfKind(kind)
    return { console: owner === undefined ? null : await loadConsole(owner.name) }
  },
  component: page(() => import('./pages/list-page.tsx'), 'ListPage'),
})

const ownLog = createRoute({
  getParentRoute: () => signedIn,
  path: '/consoles/$console/audit-log',
  validateSearch: textSearch,
  component: controlPage(() => import('./audit/audit-page.tsx'), 'ConsoleAuditPage'),
})

const ownPage = createRoute({
  getParentRoute: () => signedIn,
  path: '/consoles/$console/$page',
  validateSearch: textSearch,
  loader: async ({ params }) => ({ console: await loadConsole(params.console) }),
  component: page(() => import('./pages/own-page.tsx'), 'OwnPage'),
})

const approvals = createRoute({
  getParentRoute: () => signedIn,
  path: '/approvals',
  validateSearch: textSearch,
  component: page(() => import('./approvals/approvals-page.tsx'), 'ApprovalsPage'),
})

const mentions = createRoute({
  getParentRoute: () => signedIn,
  path: '/mentions',
  validateSearch: textSearch,
  component: page(() => import('./mentions/mentions-page.tsx'), 'MentionsPage'),
})

const request = createRoute({
  getParentRoute: () => signedIn,
  path: '/requests/$id',
  loader: ({ context, params }) => {
    if (context.me.permissions.includes('requests:read')) {
      void context.queries.prefetchQuery(requestQuery(context.client, params.id))
    }
  },
  component: page(() => import('./pages/request-page.tsx'), 'RequestPage'),
})

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: textSearch,
  component: controlPage(() => import('./audit/audit-page.tsx'), 'AuditPage'),
})

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/alerts',
  validateSearch: textSearch,
  component: controlPage(() => import('./system/alerts-page.tsx'), 'AlertsPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/dead-letters',
  validateSearch: textSearch,
  component: controlPage(() => import('./system/dead-letters-page.tsx'), 'DeadLettersPage'),
})

const policies = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/policies',
  component: controlPage(() => import('./policy/policies-page.tsx'), 'PoliciesPage'),
})

const upstreams = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/upstreams',
  component: controlPage(() => import('./system/upstreams-page.tsx'), 'UpstreamsPage'),
})

const health = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/health',
  validateSearch: textSearch,
  component: controlPage(() => import('./system/health-page.tsx'), 'HealthPage'),
})

const jobs = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/jobs',
  component: controlPage(() => import('./system/jobs-page.tsx'), 'JobsPage'),
})

const projections = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/projections',
  component: controlPage(() => import('./system/projections-page.tsx'), 'ProjectionsPage'),
})

const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/access',
  validateSearch: textSearch,
  component: controlPage(() => import('./people/access-page.tsx'), 'AccessPage'),
})

const team = createRoute({
  getParentRoute: () => signedIn,
  path: '/system/team',
  component: controlPage(() => import('./team/team-page.tsx'), 'TeamPage'),
})

const help = createRoute({
  getParentRoute: () => signedIn,
  path: '/help',
  component: controlPage(() => import('./help/help-page.tsx'), 'HelpPage'),
})

const guide = createRoute({
  getParentRoute: () => signedIn,
  path: '/help/$guide',
  loader: async ({ params }) => ({
    text: await loaded(import('./help/guides.ts').then(({ readGuide }) => readGuide(params.guide))),
  }),
  component: controlPage(() => import('./help/help-page.tsx'), 'GuidePage'),
})

/** An address that leads nowhere, in the frame that leads everywhere else. */
const nowhere = createRoute({ getParentRoute: () => signedIn, path: '/$', component: NotFoundPage })

export type AppRouter = ReturnType<typeof createAppRouter>

export function createAppRouter(context: RouterContext) {
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      signedIn.addChildren([
        home,
        queue,
        queueFigures,
        list,
        entity,
        ownLog,
        ownPage,
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
        help,
        guide,
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

/** What the page at this address is drawn with comes while it is asked who is there, and not after. Nothing of it is secret. */
export function loadAhead(router: AppRouter): void {
  const matches: { routeId: keyof AppRouter['routesById']; params: unknown }[] = router.matchRoutes(
    router.latestLocation,
  )
  for (const { routeId, params } of matches) {
    const { console: name, kind } = params as { console?: string; kind?: string }
    const owner = name ?? (kind === undefined ? undefined : consoleOfKind(kind)?.name)
    // Whoever needs it asks again, and says what could not be loaded.
    if (owner !== undefined) loadConsole(owner).catch(() => undefined)
    const component: { preload?: () => Promise<void> | undefined } | undefined =
      router.routesById[routeId].options.component
    component?.preload?.()?.catch(() => undefined)
  }
}
