import { Button } from '@countersign/ui/button.tsx'
import { Dialog, FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Link } from '@tanstack/react-router'
import type { Situation } from '../console-web.ts'
import { useText } from '../messages.ts'
import { paths, refPath } from '../paths.ts'
import styles from './queue.module.css'

/** Each situation with its steps, the way to where they begin, and the guide that says it at length. */
export default function Runbook({
  title,
  situations,
  guide,
  onClose,
}: {
  title: string
  situations: readonly Situation[]
  guide: string | undefined
  onClose: () => void
}) {
  const t = useText()
  return (
    <Dialog
      title={t('queue.runbook.of', { queue: title })}
      onClose={onClose}
      footer={
        <>
          {guide === undefined ? null : (
            <Link to={paths.guide(guide)} onClick={onClose}>
              {t('queue.runbook.guide')}
            </Link>
          )}
          <Button {...FIRST_FOCUS} keys="Escape" onClick={onClose}>
            {t('dialog.close')}
          </Button>
        </>
      }
    >
      <dl className={styles.runbook}>
        {situations.map(({ when, what, to }) => (
          <div key={when}>
            <dt>{t(when)}</dt>
            <dd>
              {t(what)}{' '}
              {to === undefined ? null : (
                <Link to={refPath(to.record)} onClick={onClose}>
                  {t(to.label)}
                </Link>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
