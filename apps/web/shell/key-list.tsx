import { Button } from '@countersign/ui/button.tsx'
import { Dialog } from '@countersign/ui/dialog.tsx'
import { Kbd } from '@countersign/ui/kbd.tsx'
import { type KeyBinding, useKeyList, useKeys } from '@countersign/web-kit/keymap.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
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
        <Button autoFocus onClick={onClose}>
          {t('keys.close')}
        </Button>
      }
    >
      {groups.map(({ group, bindings }) => (
        <section key={group} className={styles.group}>
          <h3 className={styles.title}>{group}</h3>
          <dl>
            {bindings.map((binding) => (
              <div key={`${binding.keys} ${binding.label}`} className={styles.row}>
                <dt>{binding.label}</dt>
                <dd>
                  <Kbd keys={binding.keys} />
                  <span className="visually-hidden">{binding.keys}</span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
