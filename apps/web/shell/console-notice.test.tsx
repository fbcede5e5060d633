// @vitest-environment happy-dom

import platform from '@countersign/platform/web/entry.messages.en.json' with { type: 'json' }
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ConsoleNotice } from './console-notice.tsx'
import shell from './shell.messages.en.json' with { type: 'json' }

afterEach(cleanup)

const me = { roles: ['platform/OPS_ADMIN', 'kernel/auditor'] }
const draw = (pathname: string) =>
  renderInConsole(<ConsoleNotice me={me} pathname={pathname} />, {
    answer: () => null,
    texts: { ...platform, ...shell },
  })

test.each(['/lists/merchant', '/entities/transaction/tx_1', '/platform/anything'])(
  'P-13 %s says as what one is there, and that it has no financial authority',
  (pathname) => {
    draw(pathname)
    const notice = screen.getByRole('complementary', { name: 'You in the console Platform' })
    expect(notice.textContent).toContain('OPS_ADMIN')
    expect(notice.textContent).not.toContain('auditor')
    expect(notice.textContent).toContain('no financial authority')
  },
)

test.each(['/transfers/returns', '/entities/transfer/tr_1', '/approvals', '/lists/%E0%A4%A'])(
  'P-13 %s is of no console that says so',
  (pathname) => {
    draw(pathname)
    expect(screen.queryByRole('complementary')).toBeNull()
  },
)
