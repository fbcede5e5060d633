import { useText } from '@countersign/web-kit/messages.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import styles from './records.module.css'

/** How each list is brought: the files as their publisher has them. */
const COMMANDS: Readonly<Record<string, string>> = {
  ofac_sdn: 'npx countersign import sdn sdn.csv alt.csv add.csv sdn_comments.csv',
  ofac_consolidated: 'npx countersign import sdn cons_prim.csv cons_alt.csv cons_add.csv cons_comments.csv',
  un_security_council: 'npx countersign import sdn UN_consolidated.xml',
}

/** How a version of these lists comes here: nothing on the screen does it. */
export function BringList({ lists }: { lists: readonly string[] }) {
  const t = useText()
  return (
    <section>
      <SectionHeading>{t('transfers.list.bring')}</SectionHeading>
      <p className={styles.muted}>{t('transfers.list.bring.how')}</p>
      {lists.map((list) => (
        <p key={list}>
          <code dir="ltr" className={styles.command}>
            {COMMANDS[list]}
          </code>
        </p>
      ))}
      <p className={styles.muted}>{t('transfers.list.bring.then')}</p>
    </section>
  )
}
