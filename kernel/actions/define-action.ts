import { z } from 'zod'
import type { ApprovalPolicyRule } from '../approvals/approval-policy.ts'
import type { DriftAllowed } from '../approvals/drift.ts'
import { type AfterLostAnswer, bindAfterLostAnswer } from '../connectors/upstream-class.ts'
import type { EntityType, Reading } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text, together } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Failure, FieldError } from './failure.ts'
import { personalInputs } from './seal-input.ts'

export type Risk = 'low' | 'medium' | 'high' | 'critical'

/** An account, and the person whose it is: accounts with one address are one person's. */
export type RoleHolder = {
  readonly id: string
  /** The same for all accounts of one human. */
  readonly human: string
  /** Those that are taken for this one's human, itself among them. */
  readonly accounts: readonly string[]
  readonly roles: readonly string[]
}

/** A code that a person gives as the reason; `other` always asks for a note. */
export type ReasonCode = {
  readonly code: string
  readonly title: Text
  readonly noteRequired?: boolean
  /** What is noted has to say why, as far as that can be told: it holds letters. */
  readonly noteInWords?: true
}

export type ApprovalRule = {
  /** Distinct people other than the requester. 0: nobody is asked. */
  readonly required: number
  /** No policy may ask for fewer; absent: none. */
  readonly leastRequired?: number
  /** No policy may forbid it, or ask for more people than there are: without it nobody could change the rules back. */
  readonly alwaysPossible?: true
  readonly eligibleRoles: readonly string[]
  readonly expiresInS: number
  /** How long ago at most the requester, or an approver, may have proved who they are (RFC 9470). */
  readonly stepUp?: { readonly requestMaxAgeS?: number; readonly approvalMaxAgeS?: number }
  /** For how long the emergency form is in force unless it is agreed to; absent: as the action declares. */
  readonly emergencyLimitS?: number
  /** I8: no effect before its authorisation stands in a checkpoint that the witness has taken. */
  readonly evidenceFirst?: boolean
  /** How far the record may move between the request and a signature; undefined: not at all. */
  readonly drift?: DriftAllowed
}

/**
 * More people than the default rule asks for, where its condition holds. Like that it stands in the policy until somebody sets a rule
 * for the action; from then on what was set is all that holds.
 */
export type ConditionalApproval = {
  readonly when: NonNullable<ApprovalPolicyRule['when']>
  /** What its `scope` is called; without it, by itself: a currency. */
  readonly scopeTitle?: Text
  readonly required: number
  readonly eligibleRoles: readonly string[]
}

/**
 * The emergency form of an action (spec README, point 7): in force at once, while its approval is still asked for.
 * Rejected, or unanswered until its limit, the action's inverse lifts it.
 */
export type EmergencyForm = {
  readonly limitS: number
  readonly stepUpS: number
  /** The reason code under which the inverse lifts it. */
  readonly liftReason: string
}

export type DecideContext<Reason extends string = string> = {
  readonly now: Date
  /** Absent in a preview that is made before a reason is chosen. */
  readonly reason: { readonly code: Reason; readonly note?: string } | undefined
  readonly actor: { readonly id: string; readonly roles: readonly string[] }
}

/**
 * What a preview is made with. No clock: what is confirmed is what was shown, so a preview is the same however long its
 * reader takes.
 */
export type PreviewContext = Omit<DecideContext, 'now'>

/** A fact to be, decided by a local action: appended when the action is authorised. */
export type EventToBe = {
  readonly type: string
  readonly stream: string
  readonly refs: readonly EntityRef[]
  readonly payload: Readonly<Record<string, Json>>
}

export type Refusal = {
  readonly decision: 'refuse'
  readonly code: string
  readonly message: Text
  readonly fields?: readonly FieldError[]
  /** Refused whoever asks and however things stand: 403, and a security event of severity HIGH. */
  readonly breach?: true
  /** See {@link Failure}. */
  readonly explanation?: Text
  /** A further member of the answer, where its contract has one. */
  readonly note?: Text
}
export type Acceptance<Accepted> = { readonly decision: 'accept'; readonly accepted: Accepted }
export type Decision<Accepted> = Refusal | Acceptance<Accepted>

/** The target's state, or the world's, does not allow it. */
export function refuse(code: string, message: Text): Refusal {
  return { decision: 'refuse', code, message }
}

/** Nobody may ever ask for this here: 403, and a security event of severity HIGH. */
export function refuseAsBreach(code: string, message: Text, explanation?: Text, note?: Text): Refusal {
  return {
    ...{ decision: 'refuse', code, message, breach: true },
    ...(explanation === undefined ? {} : { explanation }),
    ...(note === undefined ? {} : { note }),
  }
}

/** A field holds what this target does not allow. */
export function refuseField(field: string, message: Text, allowed?: readonly string[]): Refusal {
  return {
    decision: 'refuse',
    code: 'invalid_request',
    message: say`${field}: ${message}`,
    fields: [{ field, message, allowed }],
  }
}

/** As {@link refuseField}, for several at once. */
export function refuseFields(fields: readonly FieldError[]): Refusal {
  const message = together(
    fields.map((error) => say`${error.field}: ${error.message}`),
    '; ',
  )
  return { decision: 'refuse', code: 'invalid_request', message, fields }
}

export function accept<Accepted>(accepted: Accepted): Acceptance<Accepted> {
  return { decision: 'accept', accepted }
}

/** What an operator is shown before confirming. Texts are sentences for a person; kept, sealed and signed as they are said. */
export type PreviewBody = {
  /** What its target is called, where no copy is kept here from which that is known later. */
  readonly subject?: Text
  readonly summary: Text
  readonly changes: readonly {
    readonly label: Text
    /** Absent: nothing, which the screen says in its own language. */
    readonly before?: Text
    readonly after?: Text
    /** The approval rules that the texts are about, for a screen that words them itself; null: there is none. */
    readonly rules?: { readonly before: Json; readonly after: Json }
    /** The record that `after` names. */
    readonly to?: EntityRef
  }[]
  readonly effects: readonly Text[]
  /**
   * How things stand that move by themselves, such as what waits at this moment: shown and kept, and no part of what is confirmed. A
   * freeze of somebody who is paid every second could not be asked for otherwise.
   */
  readonly at_present?: readonly Text[]
  /** What should be noticed before it is confirmed: that it departs from what somebody else has said, say. */
  readonly warnings?: readonly Text[]
}

/**
 * What a connector answers about one effect. Codes are `lower_snake_case` and stand in the audit log and in events;
 * texts may be the upstream's own, so they are sealed before they are kept.
 */
export type Delivery =
  | { readonly outcome: 'done'; readonly detail: Readonly<Record<string, Json>> }
  /** The upstream decided against it; trying again changes nothing. */
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  /** It certainly has not happened; it may be tried again, where the upstream says so not before `retryAfterMs`. */
  | { readonly outcome: 'retry'; readonly code: string; readonly why: string; readonly retryAfterMs?: number }
  /** It may have happened: the answer was lost. */
  | { readonly outcome: 'unknown'; readonly code: string; readonly why: string }

export type EffectContext<Upstreams> = {
  readonly upstreams: Upstreams
  /** The upstream's idempotency key, the same for every attempt of this revision. */
  readonly key: string
  /** The version of the target that was agreed to, for a conditional write. */
  readonly targetVersion: string | null
  /**
   * What was asked for and signed, with its personal data, which `accepted` must not hold: it is kept for ever. What was erased
   * meanwhile is there in its redacted form.
   */
  readonly input: () => Promise<Readonly<Record<string, Json>>>
  readonly signal: AbortSignal
}

export type ConnectorChoice<Accepted> = {
  readonly among: readonly string[]
  readonly of: (accepted: Accepted) => string
}

export type UpstreamEffect<Accepted, Upstreams> = {
  /** The upstream; where it depends on what was accepted, all that it can be, and which it is. */
  readonly connector: string | ConnectorChoice<Accepted>
  readonly deliver: (accepted: Accepted, context: EffectContext<Upstreams>) => Promise<Delivery>
} & AfterLostAnswer<Accepted, EffectContext<Upstreams>>

export type Door = {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  /** Fastify path; parameters are given to `toRequest` with the body. */
  readonly path: string
  /** The door's own body, in its own spelling; unknown members are refused. */
  readonly body: z.ZodObject
  /** Its names for `target.id`, `reason.code` and `reason.note`, so that a refusal names what the caller has sent. */
  readonly fields: Readonly<Record<string, string>>
  readonly toRequest: (
    body: Record<string, unknown>,
    params: Readonly<Record<string, string>>,
  ) => {
    readonly targetId: string
    readonly input: Record<string, unknown>
    /** C-20: a code of the action, or free text that is filed as the note under `other`; absent where the door asks for none. */
    readonly reason?: string
    /** True where the reason must be a code (`POST /returns`). */
    readonly reasonIsCode?: boolean
  }
  /** Members of the answer beside those of the request, where its contract has some; `state` is that of the request by then. */
  readonly beside?: (request: {
    readonly id: string
    readonly state: string
  }) => Readonly<Record<string, Json | Text>>
  /** Of an answer that would be 202, where its contract has another. */
  readonly statusWhileOpen?: 200
}

export type ActionPresentation = {
  readonly title: Text
  readonly tone: 'neutral' | 'danger'
  readonly help?: Text
  /** What to do about it afterwards, where no action takes it back. */
  readonly ifWrong?: Text
}

/** A field of personal data of the record (`personal` of its kind), and what it is called where it is to be opened. */
export type OpenedOfRecord = { readonly path: string; readonly title: Text }

export type ActionDeclaration<State, Input extends z.ZodObject, Accepted, Upstreams> = {
  /** `console.verb_noun`. */
  readonly name: string
  readonly risk: Risk
  /**
   * Whether carrying it out pays, sends back, stops or lets go money of somebody's, books or writes off an amount, confirms that one was
   * paid, or says of any of these that it happened. Not: what joins entries that are there, closes a month, or corrects what later
   * payments will use. The proof of the rules (kernel/policy-proof) rests on it, and lists what is so declared.
   */
  readonly movesMoney: boolean
  readonly target: EntityType<State, Upstreams>
  readonly input: Input
  readonly reasons: readonly ReasonCode[] | ((state: State) => readonly ReasonCode[])
  /** The default rule; the approval policy of the console can ask for more under conditions. */
  readonly approvals: ApprovalRule
  /** Absent: the default rule is all that it declares. */
  readonly approvalsWhere?: readonly ConditionalApproval[]
  readonly door?: Door
  readonly present: ActionPresentation
  /**
   * The kind of record that it opens, called as the preview's subject is; its id is the member of that name in what is kept of the
   * upstream's answer.
   */
  readonly makes?: string
  /** The action that takes this one back. */
  readonly inverse?: string
  /** With which input that takes back what was accepted here; absent: with none. */
  readonly inverseInput?: (accepted: Accepted) => Readonly<Record<string, Json>>
  /** True where a second request on the same target may be open beside the first; otherwise it is refused. */
  readonly concurrent?: boolean
  /**
   * Actions on the same kind of record of which and this only one can be carried out. Said by one of the two it holds for both: whoever
   * asks for one or agrees to it is told that the other has been asked for.
   */
  readonly excludes?: readonly string[]
  /** True where each record has to be looked at for itself: it is never asked for over many at once. */
  readonly oneByOne?: boolean
  /**
   * The member of its input that the kernel fills with the address from where it is asked for, whatever the caller says: personal data.
   * It is asked for record by record.
   */
  readonly askedFrom?: string
  /** The version of what else it is decided on, which that of the record does not tell: what has moved there has moved. */
  readonly restsOn?: (state: State) => string | undefined
  /**
   * Whoever agrees has first opened what of it is personal data: it decides where money goes, say. What was typed, and what the action
   * takes from its record: all that it may take is named, and of these it says by their paths which it takes now.
   */
  readonly openedBeforeAgreeing?:
    | true
    | {
        readonly fields: readonly OpenedOfRecord[]
        readonly taken: (state: State, input: z.output<Input>) => readonly string[]
      }
  /** True where it stops harm: it goes on while a halted audit log keeps everything else from being changed. */
  readonly containment?: boolean
  readonly emergency?: EmergencyForm
  /** Absent: offered on every record of its kind, disabled with the reason where it is refused. */
  readonly offeredOn?: (state: State) => boolean
  /**
   * Pure: no clock, no I/O, no logger. What is offered on a record is asked of it before anything has been typed, with an empty input:
   * it bears that, and finds the fields wrong that are not there.
   */
  readonly decide: (state: State, input: z.output<Input>, context: DecideContext) => Decision<Accepted>
  readonly preview: (state: State, input: z.output<Input>, context: PreviewContext) => PreviewBody
  /**
   * For an action of the kernel, the consoles whose business this is: their people agree to it. Absent: the console of its
   * target.
   */
  readonly concerns?: (state: State, accepted: Accepted) => readonly string[]
  /** What of it stands in its audit entries, in clear and for ever: never personal data. */
  readonly recorded?: (accepted: Accepted) => Readonly<Record<string, Json>>
  /** Figures that approval policy may ask about, e.g. the amount at stake. */
  readonly attributes?: (state: State, input: z.output<Input>) => Readonly<Record<string, Json>>
} & (
  | {
      readonly effect: UpstreamEffect<Accepted, Upstreams>
      readonly events?: never
      readonly eventTypes?: never
      readonly erases?: never
    }
  /** A local action: its effect is the facts it appends. */
  | {
      readonly effect?: never
      readonly events: (accepted: Accepted) => readonly EventToBe[]
      /** Every type of those facts: the database lets it append no other. Absent: any of its console's; the kernel's name theirs. */
      readonly eventTypes?: readonly string[]
      /** Made by `defineErasure`: carrying it out deletes the keys of its record. */
      readonly erases?: true
    }
)

/** A declared action with its types closed over, so that the kernel can hold all of them in one list. */
export type Action<Upstreams> = {
  readonly name: string
  readonly console: string
  readonly risk: Risk
  readonly movesMoney: boolean
  readonly targetKind: string
  readonly inputSchema: z.ZodObject
  readonly approvals: ApprovalRule
  readonly approvalsWhere: readonly ConditionalApproval[]
  readonly door?: Door
  readonly present: ActionPresentation
  readonly makes?: string
  readonly inverse?: string
  readonly inverseInput: (accepted: Json) => Readonly<Record<string, Json>>
  readonly concurrent: boolean
  readonly excludes: readonly string[]
  readonly oneByOne: boolean
  readonly askedFrom?: string
  /** What of its input people give. */
  readonly offeredSchema: z.ZodObject
  readonly containment: boolean
  readonly openedBeforeAgreeing: boolean
  /** Undefined: what it takes from its record needs not be opened. */
  readonly opensOfRecord?: {
    readonly fields: readonly OpenedOfRecord[]
    readonly taken: (state: unknown, input: unknown) => readonly string[]
  }
  readonly restsOn: (state: unknown) => string | undefined
  readonly emergency?: EmergencyForm
  /** Whether a record in this state has the button at all. */
  readonly offeredOn: (state: unknown) => boolean
  /** Every upstream that its effect can go to; none for a local action. */
  readonly connectors: readonly string[]
  /** The upstream that the effect of this acceptance goes to; null for a local action. */
  readonly connectorOf: (accepted: Json) => string | null
  /** Every reason code that can ever be asked for, for the catalogue; `reasonsFor` narrows to a target. */
  readonly reasons: readonly ReasonCode[]
  readonly reasonsFor: (state: unknown) => readonly ReasonCode[]
  readonly read: (id: string, upstreams: Upstreams, context: ReadContext) => Promise<Reading<unknown>>
  readonly decide: (state: unknown, input: unknown, context: DecideContext) => Decision<Json>
  readonly preview: (state: unknown, input: unknown, context: PreviewContext) => PreviewBody
  readonly attributes: (state: unknown, input: unknown) => Readonly<Record<string, Json>>
  /** Undefined: the console of its target. */
  readonly concerns: (state: unknown, accepted: Json) => readonly string[] | undefined
  readonly recorded: (accepted: Json) => { readonly detail?: Readonly<Record<string, Json>> }
  readonly events: (accepted: Json) => readonly EventToBe[]
  readonly eventTypes?: readonly string[]
  readonly erases: boolean
  readonly deliver: (accepted: Json, context: EffectContext<Upstreams>) => Promise<Delivery>
  /** The class of its upstream; null for a local action. */
  readonly afterLostAnswer: AfterLostAnswer<Json, EffectContext<Upstreams>> | null
}

/** How a reading is made: `events` reads a local stream in order. */
export type ReadContext = {
  /** `Payload`: as those who append to the stream write it. */
  readonly events: <Payload = Record<string, Json>>(
    stream: string,
  ) => Promise<readonly { type: string; payload: Payload }[]>
  /** Of the kernel, by the records that are its own. Those of a console live at its upstreams. */
  readonly ask: <Answer>(question: (kernel: Kernel) => Answer) => Answer
  /** What an action on it is asked with, where that is being decided: what it names is then read with it. */
  readonly input?: Json
  /** And who asks for it. */
  readonly asker?: string
  readonly signal?: AbortSignal
}

const ACTION_NAME = /^[a-z]+\.[a-z]+(_[a-z]+)*$/

/**
 * Declares an operator action. Route, catalogue entry, OpenAPI entry, policy entity, form, SDK method, metrics labels,
 * audit and idempotency follow from the declaration.
 *
 * @throws Error at start-up when the declaration contradicts itself
 */
export function defineAction<State, Input extends z.ZodObject, Accepted, Upstreams>(
  declaration: ActionDeclaration<State, Input, Accepted, Upstreams>,
  /** For actions whose codes depend on the target: all of them. */
  allReasons?: readonly ReasonCode[],
): Action<Upstreams> {
  const { name, effect, events, reasons } = declaration
  if (!ACTION_NAME.test(name)) throw new Error(`"${name}" is not console.verb_noun`)
  const codes = typeof reasons === 'function' ? allReasons : reasons
  if (!codes || codes.length === 0) throw new Error(`${name} lists no reason codes`)
  if (declaration.emergency && !(effect && declaration.inverse && declaration.approvals.required > 0)) {
    throw new Error(`${name} has an emergency form, so it needs an upstream effect, an inverse and approvals`)
  }
  const { eventTypes, openedBeforeAgreeing: opened } = declaration
  if (events && !eventTypes && name.startsWith('kernel.')) {
    throw new Error(`${name} is the kernel's, so it names the types of the events that it appends`)
  }
  const input: z.ZodObject = declaration.input.strict()
  const { askedFrom } = declaration
  if (askedFrom !== undefined && !personalInputs(input).some((field) => field.name === askedFrom)) {
    throw new Error(
      `${name} takes the address that it is asked from as ${askedFrom}, so that member is personal data`,
    )
  }
  const connector = effect?.connector
  const missing = () => {
    throw new Error(`${name} has no upstream effect`)
  }
  return {
    name,
    console: name.slice(0, name.indexOf('.')),
    risk: declaration.risk,
    movesMoney: declaration.movesMoney,
    targetKind: declaration.target.kind,
    inputSchema: input,
    approvals: declaration.approvals,
    approvalsWhere: declaration.approvalsWhere ?? [],
    door: declaration.door,
    present: declaration.present,
    makes: declaration.makes,
    inverse: declaration.inverse,
    inverseInput: (accepted) => declaration.inverseInput?.(accepted as Accepted) ?? {},
    concurrent: declaration.concurrent ?? false,
    excludes: declaration.excludes ?? [],
    oneByOne: declaration.oneByOne ?? askedFrom !== undefined,
    ...(askedFrom === undefined ? {} : { askedFrom }),
    offeredSchema: askedFrom === undefined ? input : without(input, askedFrom),
    containment: declaration.containment ?? false,
    openedBeforeAgreeing: opened !== undefined,
    ...(typeof opened === 'object'
      ? {
          opensOfRecord: {
            fields: opened.fields,
            taken: (state, value) => opened.taken(state as State, value as z.output<Input>),
          },
        }
      : {}),
    restsOn: (state) => declaration.restsOn?.(state as State),
    emergency: declaration.emergency,
    offeredOn: (state) => declaration.offeredOn?.(state as State) ?? true,
    connectors: typeof connector === 'object' ? connector.among : connector === undefined ? [] : [connector],
    connectorOf: (accepted) =>
      typeof connector === 'object' ? connector.of(accepted as Accepted) : (connector ?? null),
    reasons: codes,
    reasonsFor: (state) => (typeof reasons === 'function' ? reasons(state as State) : reasons),
    read: (id, upstreams, context) => declaration.target.read(id, upstreams, context),
    decide: (state, value, context) =>
      declaration.decide(state as State, value as z.output<Input>, context) as Decision<Json>,
    preview: (state, value, context) =>
      declaration.preview(state as State, value as z.output<Input>, context),
    attributes: (state, value) => ({
      // One thing to one record, unless it says otherwise.
      count: 1,
      ...declaration.attributes?.(state as State, value as z.output<Input>),
    }),
    concerns: (state, accepted) => declaration.concerns?.(state as State, accepted as Accepted),
    recorded: (accepted) =>
      declaration.recorded ? { detail: declaration.recorded(accepted as Accepted) } : {},
    events: (accepted) => {
      const facts = events?.(accepted as Accepted) ?? []
      const undeclared = facts.find(({ type }) => eventTypes && !eventTypes.includes(type))
      if (undeclared) throw new Error(`${name} appends ${undeclared.type} and declares no such event`)
      return facts
    },
    eventTypes,
    erases: declaration.erases ?? false,
    deliver: effect ? (accepted, context) => effect.deliver(accepted as Accepted, context) : missing,
    afterLostAnswer: effect
      ? bindAfterLostAnswer(effect, {
          accepted: (accepted: Json) => accepted as Accepted,
          context: (context: EffectContext<Upstreams>) => context,
        })
      : null,
  }
}

function without(schema: z.ZodObject, member: string): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(schema.shape).filter(([name]) => name !== member)))
}

/** Anything may need a word of its own; the note is then required. */
export const OTHER: ReasonCode = { code: 'other', title: say`Other (say what)`, noteRequired: true }

/** C-20: what stands where a door asks for no reason. No action offers it: whoever is asked says why. */
export const UNSPECIFIED: ReasonCode = { code: 'unspecified', title: say`No reason was asked for` }
