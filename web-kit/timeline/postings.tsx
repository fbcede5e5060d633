import type { PostingLine } from '@countersign/sdk/wire/entities.ts'
import { useText } from '../messages.ts'
import { Money } from '../money.tsx'
import type { Running } from './running-balance.ts'
import styles from './timeline.module.css'

/** Double entry as written: what is debited, what is credited, and what everything up to here adds up to. */
export function Postings({ lines, running }: { lines: PostingLine[]; running: Running[] }) {
  const t = useText()
  return (
    <table className={styles.postings}>
      <thead className="visually-hidden">
        <tr>
          <th>{t('postings.side')}</th>
          <th>{t('postings.account')}</th>
          <th>{t('postings.amount')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.side} ${line.account} ${line.amount.amount}`}>
            <td className={styles.side}>{t(line.side === 'debit' ? 'postings.debit' : 'postings.credit')}</td>
            <td>
              <bdi className={styles.account}>{line.account}</bdi> <bdi>{line.account_name}</bdi>
            </td>
            <td className={styles.amount}>
              <Money value={line.amount} />
            </td>
          </tr>
        ))}
        {running.map((sum) => (
          <tr key={sum.currency} className={styles.sum} data-zero={sum.zero}>
            <td aria-hidden="true">Σ</td>
            <td>{t(sum.zero ? 'postings.balanced' : 'postings.unbalanced')}</td>
            <td className={styles.amount}>
              <Money value={sum} />
              <span aria-hidden="true"> {sum.zero ? '✓' : '✗'}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
