import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { makeLogger } from './logger.ts'

test('O-05 an error is logged with what led to it, values of rows left out', () => {
  const lines: string[] = []
  const logger = makeLogger(
    'warn',
    'test',
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const refused = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const date = Object.assign(new Error('invalid input syntax for type date: "Wolfram"'), { code: '22007' })
  logger.warn(
    { err: new Error('no keys', { cause: new TypeError('fetch failed', { cause: refused }) }) },
    'out of reach',
  )
  logger.warn({ err: new Error('not kept', { cause: date }) }, 'a row')
  const [far, row] = lines.map((line) => JSON.parse(line))
  expect(far).toMatchObject({
    msg: 'out of reach',
    err: { causes: ['fetch failed', 'self-signed certificate'] },
  })
  expect(row.err.causes).toEqual(['invalid input syntax for type date: "…"'])
  expect(lines.join('')).not.toContain('Wolfram')
})
