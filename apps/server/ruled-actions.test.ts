import { ruled } from '@countersign/kernel/approvals/ruled-actions.ts'
import { expect, test } from 'vitest'
import { declaredConsoles } from './declared-consoles.ts'

test('K-14 no two actions of a console are called the same where its rules are set', () => {
  const { consoles, access } = declaredConsoles()
  const reveals: string[] = []
  for (const { actions } of consoles) {
    const titles = ruled(actions, access).map(({ title }) => title)
    expect(titles.toSorted()).toEqual([...new Set(titles)].sort())
    reveals.push(...titles.filter((title) => title.startsWith('Reveal')))
  }
  expect(reveals).toContain('Reveal (transfer)')
  // What stands alone is called what it is.
  expect(consoles.flatMap(({ actions }) => ruled(actions, access)).map(({ title }) => title)).toContain(
    'Freeze',
  )
})
