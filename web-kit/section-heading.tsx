import { createContext, type ReactNode, use } from 'react'
import styles from './section-heading.module.css'

const LevelContext = createContext<2 | 3>(2)

/** Says what level the headings of sections have, below the heading of what they are sections of. */
export function SectionLevel({ level, children }: { level: 2 | 3; children: ReactNode }) {
  return <LevelContext value={level}>{children}</LevelContext>
}

/** The heading of a section of a record or a request. */
export function SectionHeading({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  const level = use(LevelContext)
  const Heading = level === 2 ? 'h2' : 'h3'
  const heading = <Heading className={styles.heading}>{children}</Heading>
  if (aside === undefined) return heading
  return (
    <div className={styles.row}>
      {heading}
      <span className={styles.aside}>{aside}</span>
    </div>
  )
}
