// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { Language } from './languages.ts'
import {
  type Catalogue,
  changeLanguage,
  loadMessages,
  type MessageSource,
  startMessages,
  useLanguage,
  useText,
} from './messages.ts'

const TEXTS: Record<Language, Catalogue> = {
  en: { 'x.by': 'Asked by {{name}}', 'x.rows_one': '{{count}} row', 'x.rows_other': '{{count}} rows' },
  fr: {
    'x.by': 'Demande de {{name}}',
    'x.rows_one': '{{count}} ligne',
    'x.rows_many': '{{count}} de lignes',
    'x.rows_other': '{{count}} lignes',
  },
  ar: {
    'x.by': 'بطلب من {{name}}',
    'x.rows_zero': 'لا صفوف',
    'x.rows_one': 'صف واحد',
    'x.rows_two': 'صفان',
    'x.rows_few': '{{count}} صفوف',
    'x.rows_many': '{{count}} صفًا',
    'x.rows_other': '{{count}} صف',
  },
}

/** Where a package keeps its texts, and which of them were loaded. */
function source(loaded: string[], late?: Promise<void>): MessageSource {
  const from = (language: Language) => async () => {
    loaded.push(language)
    await late
    return { default: TEXTS[language] }
  }
  return { en: from('en'), fr: from('fr'), ar: from('ar') }
}

function Rows({ count }: { count: number }) {
  const t = useText()
  return (
    <p lang={useLanguage()}>
      {t('x.rows', { count })} · {t('x.by', { name: 'INV 2231/A' })}
    </p>
  )
}

const shown = () => screen.getByText(/·/).textContent

afterEach(cleanup)

test('X-08 a change of language shows at once, in the plural forms of the language, with its digits', async () => {
  startMessages('en', {})
  await loadMessages(source([]))
  const { rerender } = render(<Rows count={1} />)
  expect(shown()).toBe('1 row · Asked by INV 2231/A')
  await act(() => changeLanguage('fr'))
  rerender(<Rows count={0} />)
  expect(shown()).toBe('0 ligne · Demande de INV 2231/A')
  rerender(<Rows count={12_345} />)
  expect(shown()).toMatch(/^12\s345 lignes/)
  await act(() => changeLanguage('ar'))
  for (const [count, said] of [
    [0, 'لا صفوف'],
    [1, 'صف واحد'],
    [2, 'صفان'],
    [3, '⁨3⁩ صفوف'],
    [11, '⁨11⁩ صفًا'],
    [100, '⁨100⁩ صف'],
  ] as const) {
    rerender(<Rows count={count} />)
    expect(shown()).toContain(said)
  }
  expect(screen.getByText(/·/).lang).toBe('ar-u-nu-latn')
})

test('X-08 within a text from right to left what it is given keeps its own direction', async () => {
  startMessages('ar', {})
  await loadMessages(source([]))
  render(<Rows count={3} />)
  expect(shown()).toContain('بطلب من \u2068INV 2231/A\u2069')
})

test('X-08 X-13 only the language in use is loaded, and a console that is entered later is in it', async () => {
  const loaded: string[] = []
  startMessages('en', {})
  // Where something is being made, English lies beneath another language.
  await loadMessages(source(loaded))
  expect(loaded).toEqual(['en'])
  await changeLanguage('fr')
  expect(loaded).not.toContain('ar')
  const later: string[] = []
  await loadMessages(source(later))
  expect(later).toContain('fr')
  expect(later).not.toContain('ar')
})

test('X-08 a console that loads while the language changes is in the new one', async () => {
  startMessages('en', {})
  const arrival = new EventTarget()
  const late = new Promise<void>((resolve) => {
    arrival.addEventListener('here', () => resolve())
  })
  const entering = loadMessages(source([], late))
  const changing = changeLanguage('fr')
  arrival.dispatchEvent(new Event('here'))
  await Promise.all([entering, changing])
  render(<Rows count={2} />)
  expect(shown()).toBe('2 lignes · Demande de INV 2231/A')
})

test('X-08 texts that do not come leave the language as it was', async () => {
  startMessages('en', {})
  await loadMessages(source([]))
  const broken = { ...source([]), ar: () => Promise.reject(new Error('The network is gone')) }
  await loadMessages(broken)
  await expect(changeLanguage('ar')).rejects.toThrow('The network is gone')
  render(<Rows count={2} />)
  expect(shown()).toBe('2 rows · Asked by INV 2231/A')
})

test('X-08 texts that did not come are asked for anew by whoever needs them, and keep no other language from being chosen', async () => {
  startMessages('en', {})
  let gone = true
  const texts = source([])
  const failing: MessageSource = {
    ...texts,
    en: () => (gone ? Promise.reject(new Error('The network is gone')) : texts.en()),
    fr: () => (gone ? Promise.reject(new Error('The network is gone')) : texts.fr()),
  }
  await expect(loadMessages(failing)).rejects.toThrow('The network is gone')
  await changeLanguage('fr')
  gone = false
  await loadMessages(failing)
  render(<Rows count={2} />)
  expect(shown()).toBe('2 lignes · Demande de INV 2231/A')
})
