import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import type { Tone } from '@countersign/ui/tone.ts'
import type { ComponentType } from 'react'
import type { MessageSource, Translate } from './messages.ts'

/** A record, a list of a kind of them, a page of the console’s own, or the console’s part of the log. */
export type ConsolePlace = {
  to: EntityRef | { list: string } | { console: string; page: string } | { log: string }
  title: string
}

/** What the shell knows of a console before any of its code is loaded. */
export type ConsoleEntry = {
  name: string
  /** Message id of the console's name. */
  title: string
  /** Message id of what a single entity of each kind is called. */
  kinds: Record<string, string>
  /** Message id of a queue's name where there is little room, by queue. */
  queues: Record<string, string>
  /** Message ids of what its upstreams are called, and what else tells of events, by source. */
  sources?: Record<string, string>
  /** Records, and lists of a kind of them, that the rail leads to beside the queues, by message id. */
  places?: readonly ConsolePlace[]
  /** Where its own part of the audit log is read, for whoever does not read the whole. */
  auditLog?: string
  /** What is attempted and logged without being an action that people ask for: message id by its name in the log. */
  logged?: Record<string, string>
  /** Message id of what stands on each of its pages: what it is not for. */
  notice?: string
  /** What to do about its own alerts: message id by the runbook's heading. */
  runbooks?: Record<string, string>
  load: () => Promise<{ default: ConsoleWeb }>
}

/** A state as a person reads it: message id and tone. */
export type StateLabel = { label: string; tone: Tone }

/** What may happen in a queue, what is to be done then, and the record where that begins: message ids. */
export type Situation = {
  when: string
  what: string
  to?: { record: EntityRef; label: string }
}

/** How one kind of entity is shown; what every record has (actions, timeline, related) the frame adds. */
export type RecordView = {
  /** Message id of what one is called. */
  name: string
  /** Whether its own title names it, or what it is and its id (where the title says what stands below it anyway). */
  headedBy: 'title' | 'id'
  /** In the place of its title, where the browser knows better what it is called. */
  titled?: (entity: Entity, t: Translate) => string
  states: Record<string, StateLabel>
  /** It stands for all records of a kind: what befell one of them, and what is noted or kept of it, is on its own page. */
  ofAll?: true
  /** Relations that the body shows already. */
  ownRelations?: readonly string[]
  /** In the place of the state's own word, where that depends on more than the record. */
  State?: ComponentType<{ entity: Entity }>
  /** What stands large beneath the title: an amount, a comparison. */
  Lead?: ComponentType<{ entity: Entity }>
  /** The button that stands before those of the record's own actions: what leads to an action of another record. */
  Foremost?: ComponentType<{ entity: Entity }>
  /** Facts and workings, between the actions and the timeline. */
  Body?: ComponentType<{ entity: Entity }>
}

type FieldsProps = {
  entity: Entity
  input: Record<string, unknown>
  errors: Record<string, string>
  onChange: (input: Record<string, unknown>) => void
}

/** What a console adds to the generated form of an action. */
export type ActionForm = {
  /** What the form starts from, taken from the record it acts on and the one that somebody came from. */
  prefill?: (
    entity: Entity,
    me: string,
    from?: EntityRef,
  ) => { input?: Record<string, unknown>; reason?: string; note?: string }
  /** How a value of a fixed set reads in the generated fields: message id by field and value. */
  labels?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /** In the place of the generated fields. */
  Fields?: ComponentType<FieldsProps>
  /** In their place too, but below the reason: it says which of them there are. */
  FieldsOfReason?: ComponentType<FieldsProps & { reason: string }>
  /** It has been asked for: what was kept of a draft can go. */
  asked?: (entity: Entity, me: string) => void
}

/** A console in the browser: a value that lists what it brings. */
export type ConsoleWeb = {
  name: string
  messages?: MessageSource
  records: Record<string, RecordView>
  /** Its own pages, by the name that a place gives them. */
  pages?: Readonly<Record<string, ComponentType>>
  /** T-09: what to do about what happens in a queue, by the queue's name. */
  queueRunbooks?: Readonly<Record<string, readonly Situation[]>>
  /** The texts of that, loaded when it is first opened. */
  runbookMessages?: MessageSource
  actionForms: Record<string, ActionForm>
  /** The key that opens an action of a record, by action name. */
  actionKeys: Record<string, string>
  /** How a code in a queue's column reads: message id by column key and value. */
  columnLabels: Record<string, Record<string, string>>
  /** Columns that serve filters only, being part of another. */
  hiddenColumns: readonly string[]
  /** What a field of personal data is called: message id by its path. */
  personalLabels?: Record<string, string>
  /** What the sources of events are called: message id by source. */
  sources: Record<string, string>
}
