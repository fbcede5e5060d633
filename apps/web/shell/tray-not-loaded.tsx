import { Button } from '@countersign/ui/button.tsx'
import type { NotLoadedProps } from '@countersign/web-kit/lazy-part.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { useState } from 'react'
import styles from './tray.module.css'

/** Where the tray would be, over every page. Whoever has nothing under way needs none. */
export function TrayNotLoaded({ what, onRetry }: NotLoadedProps) {
  const t = useText()
  const [hidden, setHidden] = useState(false)
  if (hidden) return null
  return (
    <section className={styles.tray} aria-label={t(what)}>
      <div className={styles.work}>
        <p role="status">{t('problem.notLoaded.of', { what: t(what) })}</p>
        <div className={styles.head}>
          <Button size="small" onClick={onRetry}>
            {t('problem.retry')}
          </Button>
          <Button size="small" variant="quiet" onClick={() => setHidden(true)}>
            {t('tray.hide')}
          </Button>
        </div>
      </div>
    </section>
  )
}
