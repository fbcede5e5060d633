// @vitest-environment happy-dom
import { ProblemError } from '@countersign/sdk/problem.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ProblemNotice } from './problem-notice.tsx'
import { renderInConsole } from './render-in-console.tsx'

afterEach(cleanup)

function open(problem: object) {
  return shown(new ProblemError({ type: 'about:blank', title: 'Unauthorized', status: 401, ...problem }))
}

function shown(error: Error) {
  renderInConsole(<ProblemNotice error={error} onRetry={() => undefined} />, { answer: () => null })
  return {
    said: screen.getByRole('alert').textContent,
    offered: screen.queryAllByRole('button').map(({ textContent }) => textContent),
  }
}

test('X-06 after a session has ended a page says so and offers signing in, not the words of the API nor to try again', () => {
  const { said, offered } = open({
    code: 'not_signed_in',
    detail: 'Sign in at /auth/login, or send a bearer token.',
  })
  expect(said).toContain('Your session has ended')
  expect(said).not.toMatch(/auth|token/)
  expect(offered).toEqual(['Sign in again'])
})

test('X-06 what is refused otherwise is said in the server’s words, and can be tried again', () => {
  expect(open({ status: 409, detail: 'It has moved on.' })).toMatchObject({
    said: expect.stringContaining('It has moved on.'),
    offered: ['Try again'],
  })
})

test('X-06 a page that cannot be drawn says what to do, and nothing of what went wrong inside it', () => {
  const { said, offered } = shown(new TypeError("Cannot read properties of null (reading 'replace')"))
  expect(said).toMatch(/^This page could not be shown.*Try again; if it stays so, tell/)
  expect(said).not.toContain('null')
  expect(offered).toEqual(['Try again'])
})
