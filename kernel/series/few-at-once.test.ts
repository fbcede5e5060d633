import { expect, test } from 'vitest'
import { fewAtOnce } from './few-at-once.ts'

/** Work that ends when it is told to. */
function works() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) => () => {
    begun.push(name)
    return new Promise<string>((end) => ends.set(name, () => end(name)))
  }
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise(setImmediate)
  }
  return { begun, work, end }
}

test('X-13 of one person little is read at a time, and others do not wait for it', async () => {
  const { run } = fewAtOnce({ all: 3, ofOne: 2, waiting: 2 })
  const { begun, work, end } = works()
  const of = (who: string, ...names: string[]) => names.map((name) => run(who, work(name)))
  const eve = of('eve', 'e1', 'e2', 'e3', 'e4')
  const [nora] = of('nora', 'n1')
  expect(begun).toEqual(['e1', 'e2', 'n1'])
  // She has as much waiting as may be.
  expect(await run('eve', work('e5'))).toBeUndefined()
  const [omar] = of('omar', 'o1')
  expect(begun).not.toContain('o1')
  await end('e1')
  // Whoever came first and may.
  expect(begun).toEqual(['e1', 'e2', 'n1', 'e3'])
  await end('n1')
  expect(begun).toEqual(['e1', 'e2', 'n1', 'e3', 'o1'])
  for (const name of ['e2', 'e3', 'o1', 'e4']) await end(name)
  expect(await Promise.all([...eve, nora, omar])).toEqual(['e1', 'e2', 'e3', 'e4', 'n1', 'o1'])
  expect(begun.at(-1)).toBe('e4')
})

test('X-13 what fails lets the next begin', async () => {
  const { run } = fewAtOnce({ all: 1, ofOne: 1, waiting: 5 })
  const failed = run('eve', () => Promise.reject(new Error('no')))
  const next = run('eve', async () => 'done')
  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('done')
})
