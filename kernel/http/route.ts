import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { ok, type Result } from '../actions/failure.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'

/** What a handler gives back: a body to be sent as JSON, or text that is JSON already. */
export type Reply = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent as it is; with `type` for anything but JSON. */
  readonly text?: string | Buffer
  readonly type?: string
}

export type Call<Params, Query> = {
  readonly params: Params
  readonly query: Query
  /** Parsed JSON, not yet checked. */
  readonly body: unknown
  readonly origin: RequestOrigin
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What somebody asks who is known. */
export type Asked<Params, Query = unknown> = Call<Params, Query> & { readonly principal: Principal }

/** C-19: only who takes a key has one. */
type Keyed<Key extends KeyTaken | undefined> = { readonly key: Key extends KeyTaken ? string : undefined }

type Handler<Of> = (call: Of) => Promise<Result<Reply> | 'hijacked'>

/** Who may is known only of the record that the path names; the handler is there once somebody is let in. */
type Admitting<Of, Handled> = { readonly admits: (call: Of) => Promise<Result<Handler<Handled>>> }

/** As a list of routes holds them, which does not know the types of each. */
type AnyCall = Call<Record<string, string>, Record<string, unknown>>
type AnyAsked = Asked<Record<string, string>, Record<string, unknown>>
export type KeyedCall = AnyAsked & Keyed<KeyTaken | undefined>

/** What a governed door asks for, known from its path alone: one of the permissions is needed. */
export type GovernedDoor = {
  /** As a denial names it: the action, or `requests:approve`. */
  readonly name: string
  readonly permissions: readonly string[]
  readonly movesMoney: boolean
}

/**
 * Every route names what it takes to be let in. It is checked before anything is read, parsed or looked up, so that who
 * may not act learns nothing.
 */
export type RouteAccess =
  | { readonly permission: string }
  | 'signed-in'
  /** Undefined where the path names no action: there is nothing to be denied. */
  | { readonly governed: (params: Readonly<Record<string, string>>) => GovernedDoor | undefined }

export type KeyTaken = 'required' | 'honoured'

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** The handler takes the bytes as they came (`request.rawBody`) and parses them itself, after it knows whose they are. */
  readonly unparsed?: boolean
  /** Its body is a file as it is, of one of these media types; the handler has its bytes as `body`. */
  readonly takesBytes?: readonly string[]
  /** C-19: asked for once it is clear that this person may do it at all, and given to the handler. */
  readonly idempotencyKey?: KeyTaken
  /** Name of the schema of its answer, for the published contract. */
  readonly answer?: string
  /** The media type of an answer that is not JSON. */
  readonly answerType?: string
  /** True where what it changes stops harm: a halted audit log does not keep it from being done (K-33). */
  readonly containment?: (params: Readonly<Record<string, string>>) => boolean | Promise<boolean>
  /**
   * True for a POST that changes nothing: what it asks for is personal (K-30) and must stand in no address, which logs and browsers keep.
   * It counts as reading.
   */
  readonly readsOnly?: true
  /** True for a word on a request: it has its share of the server when others are turned away (O-15). */
  readonly decides?: true
  /** Longer bodies are 413. Default 1 MiB. */
  readonly bodyLimitBytes?: number
} & (
  | {
      readonly access: 'public'
      /**
       * Anyone may call it as often as their address allows; `never` counts for nothing (a probe must have its answer),
       * `when-refused` counts only what comes without the identity that it is to bring along itself, `when-failed` whatever
       * is not done, and no more is looked at once there were too many.
       */
      readonly metered?: 'never' | 'when-refused' | 'when-failed'
      readonly handle: Handler<AnyCall>
    }
  | {
      /** A permission; or `signed-in` where the answer depends only on who asks; or what a governed door asks for. */
      readonly access: RouteAccess
      readonly handle: Handler<KeyedCall> | Admitting<AnyAsked, KeyedCall>
    }
)

/** Declares a route with the types of its parameters and query; the list of routes holds them without. */
export function route<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Key extends KeyTaken | undefined = undefined,
>(
  declaration: Omit<
    Extract<Route, { access: RouteAccess }>,
    'params' | 'query' | 'idempotencyKey' | 'handle'
  > & {
    readonly params?: Params
    readonly query?: Query
    readonly idempotencyKey?: Key
    readonly handle:
      | Handler<Asked<z.output<Params>, z.output<Query>> & Keyed<Key>>
      | Admitting<
          Asked<z.output<Params>, z.output<Query>>,
          Asked<z.output<Params>, z.output<Query>> & Keyed<Key>
        >
  },
): Route {
  return declaration as unknown as Route
}

/**
 * Role × action where the path does not say which action it is, but only the record that it names. Asked before the key
 * and the body are looked at.
 *
 * @param admits what it finds is given to the handler
 */
export function admitted<Of, Found>(
  admits: (call: Of) => Promise<Result<Found>>,
  handle: (call: Of & Keyed<KeyTaken>, found: Found) => Promise<Result<Reply> | 'hijacked'>,
): Admitting<Of, Of & Keyed<KeyTaken>> {
  return {
    async admits(asked) {
      const found = await admits(asked)
      return found.ok ? ok((call) => handle(call, found.value)) : found
    },
  }
}

export function publicRoute<Params extends z.ZodObject, Query extends z.ZodObject>(
  declaration: Omit<Extract<Route, { access: 'public' }>, 'params' | 'query' | 'handle' | 'access'> & {
    readonly params?: Params
    readonly query?: Query
    readonly handle: Handler<Call<z.output<Params>, z.output<Query>>>
  },
): Route {
  return { ...declaration, access: 'public' } as unknown as Route
}
