import type { Me } from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { LiveProvider } from '@countersign/web-kit/live.tsx'
import { MeProvider } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { applyTheme, theme } from '@countersign/web-kit/preferences.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useLayoutEffect, useState } from 'react'
import { KeyList } from './key-list.tsx'
import { Rail } from './rail.tsx'
import { useSessionEnded } from './session-ended.ts'
import styles from './shell.module.css'
import { signInUrl } from './sign-in-url.ts'
import { TopBar } from './top-bar.tsx'

/** The one frame around every page: rail, top bar, and the stream that keeps what is shown true. */
export function Shell({ me }: { me: Me }) {
  const t = useText()
  const navigate = useNavigate()
  const ended = useSessionEnded()
  const location = useLocation()
  const [keysShown, setKeysShown] = useState(false)
  const chosenTheme = useStoredValue(theme)
  useLayoutEffect(() => applyTheme(chosenTheme), [chosenTheme])

  useKeys(t('shell.keys'), [
    { keys: '?', label: t('shell.key.keys'), run: () => setKeysShown(true) },
    { keys: 'g', label: t('shell.key.approvals'), run: () => void navigate({ to: '/approvals' }) },
  ])

  return (
    <MeProvider me={me}>
      <LiveProvider url={me.permissions.includes('kernel:read') ? '/v1/stream' : null}>
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
            <Outlet />
          </main>
        </div>
        {keysShown ? <KeyList onClose={() => setKeysShown(false)} /> : null}
      </LiveProvider>
    </MeProvider>
  )
}
