// @vitest-environment happy-dom
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { ActionBar } from './action-bar.tsx'
import type { OfferedAction } from './offered-actions.ts'

// happy-dom has no popovers.
HTMLElement.prototype.showPopover ??= () => undefined
HTMLElement.prototype.hidePopover ??= () => undefined
afterEach(cleanup)

const offered = (allowed: boolean): OfferedAction[] => [
  {
    affordance: {
      ...{ action: 'treasury.lock_period', title: 'Lock', allowed, approvals: 1 },
      reason: allowed ? null : 'It is not over before December.',
    },
    ...{ title: 'Lock', key: 'l' },
  },
]

test('X-02 X-07 the key of an action that is barred goes to its button, which says why; the key of another acts', () => {
  const onAct = vi.fn()
  const of = { kind: 'accounting_period', id: 'prd_2026-11' }
  renderInConsole(<ActionBar of={of} offered={offered(false)} onAct={onAct} />, {
    answer: () => Response.json({}),
  })
  fireEvent.keyDown(document.body, { key: 'l' })
  const button = screen.getByRole('button', { name: /^Lock/ })
  expect(document.activeElement).toBe(button)
  const describedBy = document.getElementById(button.getAttribute('aria-describedby') ?? '')
  expect(describedBy?.textContent).toBe('It is not over before December.')
  expect(onAct).not.toHaveBeenCalled()
  cleanup()

  renderInConsole(<ActionBar of={of} offered={offered(true)} onAct={onAct} />, {
    answer: () => Response.json({}),
  })
  fireEvent.keyDown(document.body, { key: 'l' })
  expect(onAct).toHaveBeenCalledWith('treasury.lock_period')
})
