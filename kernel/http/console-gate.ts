import type pg from 'pg'
import type { Failure } from '../actions/failure.ts'

/** A request of somebody who is known, before anything of it is looked at. */
export type GateAsked = {
  readonly principal: string
  /** As it is believed to come from (`request.ip`); no address at all where a proxy names none. */
  readonly ip: string
  readonly method: string
  /** The path that was met, with the names of its parameters (`/v1/requests/:id`); undefined where none was. */
  readonly route: string | undefined
  /** As it was sent, without the query. */
  readonly path: string
}

/** What the limits and lists of a console say of a request, from memory: nothing is asked of anybody meanwhile. */
export type ConsoleGate = {
  /** @returns the refusal; `forbidden` is recorded */
  readonly admits: (asked: GateAsked) => Failure | undefined
  /** Whether what was let in and goes on (a live stream) may still: asked again and again, it takes nothing of any limit. */
  readonly letsGoOn: (asked: GateAsked) => boolean
  /** Reads its rules now. @throws Error of the database; what was read before holds */
  readonly read: () => Promise<void>
}

export type MakeConsoleGate = (options: { readonly pool: pg.Pool; readonly now: () => Date }) => ConsoleGate
