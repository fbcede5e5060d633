import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './page-tabs.module.css'

export type PageTab<Name extends string> = { readonly name: Name; readonly label: ReactNode }

/** Lists of one page: links, so that each has its address. The first is what the page opens with. */
export function PageTabs<Name extends string>({
  label,
  path,
  by,
  tabs,
  current,
}: {
  label: string
  path: string
  /** What the address names the list by. */
  by: 'state' | 'tab'
  tabs: readonly PageTab<Name>[]
  current: Name
}) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ name, label }, at) => (
        <Link
          key={name}
          to={path}
          search={at === 0 ? {} : { [by]: name }}
          // Without it the first is current beside each of the others.
          activeOptions={{ exact: true, includeSearch: true }}
          className={styles.tab}
          aria-current={name === current ? 'page' : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}
