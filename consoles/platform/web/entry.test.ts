import { expect, test } from 'vitest'
import en from './catalogue.en.ts'
import platform from './entry.ts'

test('P-13 the console has nine sections, in this order, and above each stands what it is not for', () => {
  const titles = platform.places?.map(({ title }) => (en as Record<string, string>)[title])
  expect(titles).toEqual([
    'Dashboard',
    'Merchants',
    'Transactions',
    'Gateway health',
    'Rate limits',
    'IP allowlists',
    'Users',
    'System config',
    'Audit logs',
  ])
  expect((en as Record<string, string>)[platform.notice ?? '']).toMatch(/financial authority|money/i)
})
