import type { Me } from '@countersign/sdk/wire/me.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { KnownKinds } from '@countersign/web-kit/entity-link.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { lazyPart } from '@countersign/web-kit/lazy-part.tsx'
import { LiveProvider } from '@countersign/web-kit/live.tsx'
import { MeProvider } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { applyDensity, applyTheme, density, theme } from '@countersign/web-kit/preferences.ts'
import { meQuery } from '@countersign/web-kit/queries.ts'
import { backFromUnload } from '@countersign/web-kit/queue/use-kept-selection.ts'
import { backFromReload } from '@countersign/web-kit/reload-keeping.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Suspense, useLayoutEffect, useMemo, useState } from 'react'
import { entries } from '../consoles.ts'
import { ConsoleNotice } from './console-notice.tsx'
import { KeyList } from './key-list.tsx'
import { PausedUpstreams } from './paused-upstreams.tsx'
import { Rail } from './rail.tsx'
import { useSessionEnded } from './session-ended.ts'
import styles from './shell.module.css'
import { signInUrl } from './sign-in-url.ts'
import { TopBar } from './top-bar.tsx'
import { TrayNotLoaded } from './tray-not-loaded.tsx'

const Tray = lazyPart(() => import('./tray.tsx'), 'tray.title', TrayNotLoaded)

/** A record of a console that this person does not enter has no page for them. */
function knownKinds(me: Me): ReadonlySet<string> {
  const entered = entries.filter(
    ({ name }) => name === 'kernel' || me.consoles.some((mine) => mine.name === name),
  )
  return new Set(entered.flatMap(({ kinds }) => Object.keys(kinds)))
}

/** The one frame around every page: rail, top bar, and the stream that keeps what is shown true. */
export function Shell({ me: entered }: { me: Me }) {
  const t = useText()
  useState(() => {
    backFromReload(entered.person.id)
    backFromUnload()
  })
  // A role that was granted or lost meanwhile counts at once.
  const me = useQuery({ ...meQuery(useClient()), initialData: entered }).data
  const kinds = useMemo(() => knownKinds(me), [me])
  const navigate = useNavigate()
  const ended = useSessionEnded()
  const location = useLocation()
  const [keysShown, setKeysShown] = useState(false)
  const chosenTheme = useStoredValue(theme)
  useLayoutEffect(() => applyTheme(chosenTheme), [chosenTheme])
  const chosenDensity = useStoredValue(density)
  useLayoutEffect(() => applyDensity(chosenDensity), [chosenDensity])

  useKeys(t('shell.keys'), [
    { keys: '?', label: t('shell.key.keys'), run: () => setKeysShown(true) },
    { keys: 'g', label: t('shell.key.approvals'), run: () => void navigate({ to: '/approvals' }) },
  ])

  return (
    <MeProvider me={me}>
      <KnownKinds kinds={kinds}>
        <LiveProvider url={me.permissions.includes('kernel:read') && !ended ? '/v1/stream' : null}>
          <a className={styles.skip} href="#main">
            {t('shell.skip')}
          </a>
          <div className={styles.shell}>
            <Rail me={me} onKeys={() => setKeysShown(true)} />
            <TopBar me={me} />
            <main id="main" tabIndex={-1} className={styles.main}>
              {ended ? (
                <Banner
                  tone="attention"
                  action={<a href={signInUrl(`/app${location.href}`)}>{t('shell.signInAgain')}</a>}
                >
                  {t('shell.sessionEnded')}
                </Banner>
              ) : null}
              <ConsoleNotice me={me} pathname={location.pathname} />
              <PausedUpstreams pathname={location.pathname} />
              <Outlet />
            </main>
          </div>
          {me.permissions.includes('requests:read') ? (
            <Suspense fallback={null}>
              <Tray />
            </Suspense>
          ) : null}
          {keysShown ? <KeyList onClose={() => setKeysShown(false)} /> : null}
        </LiveProvider>
      </KnownKinds>
    </MeProvider>
  )
}
