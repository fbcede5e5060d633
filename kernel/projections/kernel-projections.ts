import type { Projection } from './define-projection.ts'

const WORK_ITEM_EVENTS = ['claimed', 'released', 'assigned', 'snoozed', 'woken'].map(
  (what) => `kernel.work_item.${what}`,
)
const OPERATOR_EVENTS = ['absence_set', 'workload_set'].map((what) => `kernel.operator.${what}`)
const VIEW_EVENTS = ['saved', 'shared', 'unshared', 'deleted'].map((what) => `kernel.view.${what}`)
const listed = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ')

/** An event stands on the timeline of every entity that it concerns. */
const timeline: Projection = {
  name: 'kernel.timeline',
  tables: ['kernel.timeline'],
  types: ['*'],
  apply: [
    // Position makes every row new, so that nothing is asked about conflicts; in the order of the key, pages are found once.
    `INSERT INTO {kernel.timeline} (kind, id, at, position, seq)
     SELECT DISTINCT split_part(ref, '/', 1), substr(ref, strpos(ref, '/') + 1), e.occurred_at, e.position, e.seq
       FROM {events} e, unnest(e.refs) AS ref
      ORDER BY 1, 2, 3, 4, 5`,
  ],
}

/** Who has which work item: the last word of each item's stream, which says all there is to say. */
const assignment: Projection = {
  name: 'kernel.assignment',
  tables: ['kernel.assignment'],
  types: WORK_ITEM_EVENTS,
  apply: [
    `INSERT INTO {kernel.assignment} AS a (queue, item_id, assignee, version, assigned_at, helpers, snoozed_until)
     SELECT DISTINCT ON (e.stream) e.payload ->> 'queue', e.payload ->> 'item', e.payload ->> 'assignee', e.version,
            e.recorded_at,
            ARRAY (SELECT jsonb_array_elements_text(e.payload -> 'helpers')),
            (e.payload ->> 'snoozed_until')::timestamptz
       FROM {events} e
      WHERE e.type IN (${listed(WORK_ITEM_EVENTS)})
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (queue, item_id) DO UPDATE
        SET assignee = excluded.assignee, version = excluded.version, assigned_at = excluded.assigned_at,
            helpers = excluded.helpers, snoozed_until = excluded.snoozed_until
      WHERE a.version < excluded.version`,
  ],
}

/** How people work for a console: the last word of each operator's stream. */
const operators: Projection = {
  name: 'kernel.operator',
  tables: ['kernel.operator'],
  types: OPERATOR_EVENTS,
  apply: [
    `INSERT INTO {kernel.operator} AS o (console, person_id, version, skills, max_open, away_from, away_until)
     SELECT DISTINCT ON (e.stream) e.payload ->> 'console', e.payload ->> 'person', e.version,
            ARRAY (SELECT jsonb_array_elements_text(e.payload -> 'skills')), (e.payload ->> 'max_open')::integer,
            (e.payload ->> 'away_from')::timestamptz, (e.payload ->> 'away_until')::timestamptz
       FROM {events} e
      WHERE e.type IN (${listed(OPERATOR_EVENTS)})
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (console, person_id) DO UPDATE
        SET version = excluded.version, skills = excluded.skills, max_open = excluded.max_open,
            away_from = excluded.away_from, away_until = excluded.away_until
      WHERE o.version < excluded.version`,
  ],
}

/** Lists that people have given a name. */
const savedViews: Projection = {
  name: 'kernel.saved_view',
  tables: ['kernel.saved_view'],
  types: VIEW_EVENTS,
  apply: [
    `INSERT INTO {kernel.saved_view} AS v (view_id, queue, version, owner, name, list, shared, deleted, roles)
     SELECT DISTINCT ON (e.stream) e.payload ->> 'view', e.payload ->> 'queue', e.version, e.payload ->> 'owner',
            e.payload ->> 'name', e.payload -> 'list', (e.payload ->> 'shared')::boolean,
            (e.payload ->> 'deleted')::boolean,
            ARRAY(SELECT jsonb_array_elements_text(coalesce(e.payload -> 'roles', '[]')))
       FROM {events} e
      WHERE e.type IN (${listed(VIEW_EVENTS)})
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (view_id) DO UPDATE
        SET version = excluded.version, name = excluded.name, list = excluded.list, shared = excluded.shared,
            deleted = excluded.deleted, roles = excluded.roles
      WHERE v.version < excluded.version`,
  ],
}

export const kernelProjections: readonly Projection[] = [timeline, assignment, operators, savedViews]
