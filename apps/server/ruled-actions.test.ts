import { prohibition } from '@countersign/kernel/approvals/rule-sentence.ts'
import { ruled } from '@countersign/kernel/approvals/ruled-actions.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { declaredConsoles } from './declared-consoles.ts'

test('K-14 no two actions of a console are called the same where its rules are set', () => {
  const { consoles, access } = declaredConsoles()
  const reveals: string[] = []
  for (const { actions } of consoles) {
    const titles = ruled(actions, access).map(({ title }) => english(title))
    expect(titles.toSorted()).toEqual([...new Set(titles)].sort())
    reveals.push(...titles.filter((title) => title.startsWith('Reveal')))
  }
  expect(reveals).toContain('Reveal (transfer)')
  // What stands alone is called what it is.
  expect(
    consoles.flatMap(({ actions }) => ruled(actions, access)).map(({ title }) => english(title)),
  ).toContain('Freeze')
})

test('K-14 what a rule forbids is named by the same words, of which record too', () => {
  const { consoles } = declaredConsoles()
  const actions = new Map(
    consoles.flatMap((console) => console.actions.map((action) => [action.name, action])),
  )
  const forbidden = (name: string) => {
    const action = actions.get(name)
    if (action === undefined) throw new Error(`there is no ${name}`)
    const rule = { action: name, required: 0, eligible_roles: [], expires_in_s: 60, forbid: true as const }
    return inEnglish(prohibition({ actions }, rule, action))
  }
  expect(forbidden('transfers.reveal_party')).toContain('Reveal (party): not allowed')
  expect(forbidden('transfers.freeze_entity')).toContain('Freeze: not allowed')
})
