// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { alertView } from './alert-view.tsx'
import runbook from './runbook.messages.en.json'
import texts from './system.messages.en.json'

const alert: Entity = {
  ...{ kind: 'alert', id: 'transfers.1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'cts fails', state: 'open', affordances: [] },
  data: { severity: 'high', runbook: 'upstream-failing', facts: {}, acknowledged_by_name: null },
}

afterEach(cleanup)

test.each([
  ['the webhook alone', { told_names: [], told_channels: ['webhook'] }, 'the webhook'],
  [
    'people and the webhook',
    { told_names: ['Nora Lindqvist'], told_channels: ['email', 'webhook'] },
    'Nora Lindqvist, the webhook',
  ],
  ['people alone', { told_names: ['Nora Lindqvist'], told_channels: ['email'] }, 'Nora Lindqvist'],
  ['nobody outside', { told_names: [], told_channels: [] }, 'only this console'],
])('K-47 the page of an alert says whom it reached: %s', (_who, told, said) => {
  const { Body } = alertView
  if (Body === undefined) throw new Error('the view has no body')
  renderInConsole(<Body entity={{ ...alert, data: { ...alert.data, ...told } } as Entity} />, {
    answer: () => Response.json({}),
    texts: { ...texts, ...runbook },
  })
  const beside = screen.getByText('Told').closest('dt')?.nextElementSibling
  expect(beside?.textContent?.replaceAll(/[\u2066-\u2069\u200e\u200f]/g, '')).toBe(said)
})
