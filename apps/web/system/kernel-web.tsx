import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { controlCatalogues } from '../catalogues.ts'
import { personView } from '../people/person-view.tsx'
import { changeRoleForm, grantRoleForm, lendRoleForm, revokeRoleForm } from '../people/role-fields.tsx'
import { endSessionForm } from '../people/session-fields.tsx'
import { changePolicyForm } from '../policy/policy-fields.tsx'
import { policyView } from '../policy/policy-view.tsx'
import { operatorView } from '../team/operator-view.tsx'
import { setAbsenceForm, setWorkloadForm } from '../team/workload-fields.tsx'
import { alertView } from './alert-view.tsx'
import { deadLetterView } from './dead-letter-view.tsx'
import { projectionView } from './projection-view.tsx'
import { changeRosterForm } from './roster-fields.tsx'
import { rosterView } from './roster-view.tsx'
import { upstreamView } from './upstream-view.tsx'

/** The records of the kernel that people act on. */
const kernel: ConsoleWeb = {
  name: 'kernel',
  messages: controlCatalogues,
  records: {
    alert: alertView,
    roster: rosterView,
    approval_policy: policyView,
    person: personView,
    operator: operatorView,
    upstream: upstreamView,
    dead_letter: deadLetterView,
    projection: projectionView,
  },
  actionForms: {
    'kernel.change_roster': changeRosterForm,
    'kernel.change_approval_policy': changePolicyForm,
    'kernel.grant_role': grantRoleForm,
    'kernel.lend_role': lendRoleForm,
    'kernel.revoke_role': revokeRoleForm,
    'kernel.change_role': changeRoleForm,
    'kernel.end_session': endSessionForm,
    'kernel.set_absence': setAbsenceForm,
    'kernel.set_workload': setWorkloadForm,
  },
  actionKeys: {
    'kernel.acknowledge_alert': 'a',
    'kernel.silence_alert': 's',
    'kernel.escalate_alert': 'e',
    'kernel.change_roster': 'e',
    'kernel.replay_dead_letter': 'p',
    'kernel.discard_dead_letter': 'd',
    'kernel.change_approval_policy': 'e',
    'kernel.grant_role': 'G',
    'kernel.lend_role': 'l',
    'kernel.revoke_role': 't',
    'kernel.change_role': 'c',
    'kernel.end_session': 'o',
    'kernel.set_absence': 'a',
    'kernel.set_workload': 'e',
    'kernel.pause_upstream': 'p',
    'kernel.resume_upstream': 'r',
    'kernel.retry_projection': 'r',
  },
  columnLabels: {},
  hiddenColumns: [],
  sources: {},
}

export default kernel
