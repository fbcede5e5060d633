import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { InstantField } from '@countersign/web-kit/instant-field.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import type { ComponentProps } from 'react'
import { grantedRoles, lentRoles, rolesOf, rolesToGrant } from './person-roles.ts'

type Fields = NonNullable<ActionForm['Fields']>

/** A role of one's own console that the person does not hold yet, and until when. */
export const grantRoleForm: ActionForm = { Fields: GrantFields }

/** The one role of a console of one's own that they have from then on. */
export const changeRoleForm: ActionForm = { Fields: ChangeFields }

/** The role that is lent for a time, where there is but one. */
export const lendRoleForm: ActionForm = {
  prefill: (entity) => {
    const [only, ...others] = lentRoles(entity)
    return only !== undefined && others.length === 0 ? { input: { role: only } } : {}
  },
}

/** One of the roles that were granted here. */
export const revokeRoleForm: ActionForm = {
  prefill: (entity) => {
    const [only, ...others] = grantedRoles(entity)
    return only !== undefined && others.length === 0 ? { input: { role: only.role } } : {}
  },
  Fields: RevokeFields,
}

function GrantFields({ entity, input, errors, onChange }: ComponentProps<Fields>) {
  const t = useText()
  const consoles = useMe().roles.map((role) => role.slice(0, role.indexOf('/')))
  return (
    <>
      <RoleSelect
        roles={rolesToGrant(entity, consoles)}
        role={input.role}
        error={errors.role}
        onChange={(role) => onChange({ ...input, role })}
      />
      <InstantField
        label={t('people.roleUntil')}
        hint={t('people.roleUntilHint')}
        error={errors.expires_at}
        value={typeof input.expires_at === 'string' ? input.expires_at : ''}
        onChange={(at) => onChange({ ...input, expires_at: at === '' ? undefined : at })}
      />
    </>
  )
}

function ChangeFields({ entity, input, errors, onChange }: ComponentProps<Fields>) {
  const consoles = useMe().roles.map((role) => role.slice(0, role.indexOf('/')))
  return (
    <RoleSelect
      roles={rolesOf(entity, consoles)}
      role={input.role}
      error={errors.role}
      onChange={(role) => onChange({ ...input, role })}
    />
  )
}

function RevokeFields({ entity, input, errors, onChange }: ComponentProps<Fields>) {
  return (
    <RoleSelect
      roles={grantedRoles(entity).map(({ role }) => role)}
      role={input.role}
      error={errors.role}
      onChange={(role) => onChange({ ...input, role })}
    />
  )
}

function RoleSelect({
  roles,
  role,
  error,
  onChange,
}: {
  roles: string[]
  role: unknown
  error: string | undefined
  onChange: (role: string) => void
}) {
  const t = useText()
  return (
    <Field label={t('people.role')} error={error} required>
      {(control) => (
        <Select
          {...control}
          value={typeof role === 'string' ? role : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          <option value="">{t('people.chooseRole')}</option>
          {roles.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
