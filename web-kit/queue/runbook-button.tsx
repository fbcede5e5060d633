import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Situation } from '../console-web.ts'
import { useText } from '../messages.ts'
import { refPath } from '../paths.ts'
import styles from './queue.module.css'

/** T-09: what to do beside the queue that it is to be done in: each situation with its steps, and the way to where they begin. */
export function RunbookButton({ title, situations }: { title: string; situations: readonly Situation[] }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button size="small" variant="quiet" onClick={() => setOpen(true)}>
        {t('queue.runbook')}
      </Button>
      {open ? (
        <Dialog title={t('queue.runbook.of', { queue: title })} onClose={close}>
          <dl className={styles.runbook}>
            {situations.map(({ when, what, to }) => (
              <div key={when}>
                <dt>{t(when)}</dt>
                <dd>
                  {t(what)}{' '}
                  {to === undefined ? null : (
                    <Link to={refPath(to.record)} onClick={close}>
                      {t(to.label)}
                    </Link>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </Dialog>
      ) : null}
    </>
  )
}
