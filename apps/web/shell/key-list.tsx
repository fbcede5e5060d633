import { Button } from '@countersign/ui/button.tsx'
import { Dialog, FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { ariaKeys, Kbd } from '@countersign/ui/kbd.tsx'
import { type KeyBinding, useKeyList, useKeys } from '@countersign/web-kit/keymap.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import styles from './key-list.module.css'

const NO_KEYS: KeyBinding[] = []

/** Every key that counts on this page. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const t = useText()
  const groups = useKeyList()
  useKeys(t('keys.title'), NO_KEYS, { modal: true })
  return (
    <Dialog
      title={t('keys.title')}
      onClose={onClose}
      footer={
        <>
          <Link to={paths.help} onClick={onClose}>
            {t('help.title')}
          </Link>
          <Button {...FIRST_FOCUS} onClick={onClose}>
            {t('keys.close')}
          </Button>
        </>
      }
    >
      {groups.map(({ group, bindings }) => (
        <section key={group} className={styles.group}>
          <h3 className={styles.title}>{group}</h3>
          <dl>
            {byLabel(bindings).map(([label, keys]) => (
              <div key={label} className={styles.row}>
                <dt>{label}</dt>
                <dd>
                  {keys.map((one, at) => (
                    <Fragment key={one}>
                      {at === 0 ? null : ' '}
                      <Kbd keys={one} />
                      <span className="visually-hidden" data-keys>
                        {ariaKeys(one)}
                      </span>
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}

/** What a key does, once, with every key that does it. */
function byLabel(bindings: KeyBinding[]): [string, string[]][] {
  const keys = new Map<string, string[]>()
  for (const { label, keys: one } of bindings)
    keys.set(label, [...new Set([...(keys.get(label) ?? []), one])])
  return [...keys]
}
