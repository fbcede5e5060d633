import type { ApprovalRule } from '../actions/define-action.ts'

/**
 * What meets all of these rules at once: as many people as the one that asks for most, each of whom any of them would
 * take, the freshest sign-in, the shortest time, and evidence first where any of them wants it. An emergency and drift are
 * nothing that many records have together.
 *
 * @param rules at least one
 * @returns undefined where no role is taken by all of them
 */
export function strictestRule(rules: readonly ApprovalRule[]): ApprovalRule | undefined {
  const asking = rules.filter(({ required }) => required > 0)
  const [first = { eligibleRoles: [] }] = asking
  const eligibleRoles = first.eligibleRoles.filter((role) =>
    asking.every((rule) => rule.eligibleRoles.includes(role)),
  )
  if (asking.length > 0 && eligibleRoles.length === 0) return undefined
  const requestMaxAgeS = least(rules.map(({ stepUp }) => stepUp?.requestMaxAgeS))
  const approvalMaxAgeS = least(rules.map(({ stepUp }) => stepUp?.approvalMaxAgeS))
  return {
    required: Math.max(...rules.map(({ required }) => required)),
    eligibleRoles,
    expiresInS: Math.min(...rules.map(({ expiresInS }) => expiresInS)),
    ...(rules.some(({ evidenceFirst }) => evidenceFirst) ? { evidenceFirst: true } : {}),
    ...(requestMaxAgeS === undefined && approvalMaxAgeS === undefined
      ? {}
      : {
          stepUp: {
            ...(requestMaxAgeS === undefined ? {} : { requestMaxAgeS }),
            ...(approvalMaxAgeS === undefined ? {} : { approvalMaxAgeS }),
          },
        }),
  }
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined)
  return given.length === 0 ? undefined : Math.min(...given)
}
