import type { PreviewBody } from '../actions/define-action.ts'
import type { RevisionRecord } from '../actions/request-record.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text, together } from '../languages/say.ts'

/** What one line of a preview said when it was asked for, and says now. */
export type Drift = { readonly label: Text; readonly was: Text | null; readonly now: Text | null }

/** How far a record may move between the request and a signature; what is not allowed voids the signatures. */
export type DriftAllowed = {
  /** Every figure may move by at most this percentage of what it was. */
  readonly percent?: number
  /** Lines of the preview, by their labels, that may say anything. */
  readonly fields?: readonly string[]
}

/** The label of what a preview says beside its lines. */
const EFFECTS = say`What it does`

export function driftBetween(then: PreviewBody, now: PreviewBody): Drift[] {
  const text = (change: PreviewBody['changes'][number] | undefined) =>
    change ? joined([change.before, change.after].filter((value) => value !== undefined)) : null
  // By what they say in English: what was asked for before sentences were kept as they are said is text.
  const labels = new Map([...then.changes, ...now.changes].map(({ label }) => [english(label), label]))
  const line = (body: PreviewBody, label: string) =>
    text(body.changes.find((change) => english(change.label) === label))
  const drift = [...labels].map(([name, label]) => ({ label, was: line(then, name), now: line(now, name) }))
  const effects = { label: EFFECTS, was: saidBy(then, now), now: saidBy(now, then) }
  return [...drift, effects].filter(({ was, now }) => inEnglish(was) !== inEnglish(now))
}

/** The sentences of the one that the other does not have: of ten, whoever signs reads the one that has changed. */
function saidBy(body: PreviewBody, other: PreviewBody): Text | null {
  const left = sentencesOf(other).map(english)
  const own = sentencesOf(body).filter((sentence) => {
    const at = left.indexOf(english(sentence))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return own.length === 0 ? null : together(own, ' ')
}

function sentencesOf({ summary, warnings = [], effects }: PreviewBody): Text[] {
  return [summary, ...warnings, ...effects]
}

function joined(texts: readonly Text[]): Text {
  const [first, ...more] = texts
  return first !== undefined && more.length === 0 ? first : together(texts, ' → ')
}

function inEnglish(text: Text | null): string | null {
  return text === null ? null : english(text)
}

/** Whether everything that has moved was allowed to, by the rule that the request was asked under. */
export function driftAllowed(drift: readonly Drift[], revision: RevisionRecord): boolean {
  const { drift: allowed } = revision.evidence.approvals ?? {}
  return allowed !== undefined && drift.every((line) => lineAllowed(line, allowed))
}

function lineAllowed(line: Drift, { percent, fields = [] }: DriftAllowed): boolean {
  if (fields.includes(english(line.label))) return true
  const [was, now] = [inEnglish(line.was), inEnglish(line.now)]
  if (percent === undefined || was === null || now === null) return false
  const [then, today] = [figuresOf(was), figuresOf(now)]
  return (
    then.around === today.around &&
    then.figures.every((figure, at) => withinPercent(figure, today.figures[at] ?? '', percent))
  )
}

/** A figure with grouping and decimals; what is written into words and codes, such as `R01`, is none. */
const FIGURE = /(?<![\p{L}\p{N}_])-?\p{N}+(?:[\u202f,]\p{N}{3})*(?:\.\p{N}+)?(?![\p{L}\p{N}_])/gu

function figuresOf(text: string): { readonly around: string; readonly figures: readonly string[] } {
  return { around: text.replace(FIGURE, '#'), figures: text.match(FIGURE) ?? [] }
}

function withinPercent(was: string, now: string, percent: number): boolean {
  const decimals = Math.max(...[was, now].map((figure) => figure.split('.')[1]?.length ?? 0))
  const [then, today] = [scaled(was, decimals), scaled(now, decimals)]
  const moved = today > then ? today - then : then - today
  return moved * 100n <= (then < 0n ? -then : then) * BigInt(percent)
}

function scaled(figure: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = figure.replace(/[\u202f,]/g, '').split('.')
  return BigInt(`${whole}${fraction.padEnd(decimals, '0')}`)
}

/** What holds where several rules do: only what each of them allows. */
export function narrowestDrift(all: readonly (DriftAllowed | undefined)[]): DriftAllowed | undefined {
  const given = all.filter((one) => one !== undefined)
  const [first] = given
  if (first === undefined || given.length < all.length) return undefined
  const percents = given.flatMap(({ percent }) => (percent === undefined ? [] : [percent]))
  const fields = (first.fields ?? []).filter((field) => given.every((one) => one.fields?.includes(field)))
  return {
    ...(percents.length === given.length ? { percent: Math.min(...percents) } : {}),
    ...(fields.length > 0 ? { fields } : {}),
  }
}

/** What is allowed as a rule and a sealed request hold it. */
export function driftEvidence(allowed: DriftAllowed | undefined): {
  readonly drift?: { readonly percent?: number; readonly fields?: string[] }
} {
  if (allowed === undefined) return {}
  const { percent, fields } = allowed
  return {
    drift: {
      ...(percent === undefined ? {} : { percent }),
      ...(fields === undefined ? {} : { fields: [...fields] }),
    },
  }
}
