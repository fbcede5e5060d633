import { createContext, type ReactNode, use } from 'react'
import styles from './section-heading.module.css'

const LevelContext = createContext<2 | 3>(2)

/** Says what level the headings of sections have, below the heading of what they are sections of. */
export function SectionLevel({ level, children }: { level: 2 | 3; children: ReactNode }) {
  return <LevelContext value={level}>{children}</LevelContext>
}

/** The heading of a section of a record or a request. */
export function SectionHeading({ children }: { children: ReactNode }) {
  const level = use(LevelContext)
  return level === 2 ? (
    <h2 className={styles.heading}>{children}</h2>
  ) : (
    <h3 className={styles.heading}>{children}</h3>
  )
}
