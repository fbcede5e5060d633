import type { Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { submitAction } from '../actions/submit-action.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'
import { workItemId } from './work-item.ts'

/** For how long an item that is offered to one person is offered to nobody else: longer than taking it takes. */
export const OFFER_LEASE_MS = 10_000

/** Whoever has work brought to them or to others. */
export type WorkCaller = { readonly principal: Principal; readonly origin: RequestOrigin }

/** A governed action on an item of a queue, through the one write path. */
export async function actOnItem(
  kernel: Kernel,
  { principal, origin }: WorkCaller,
  item: { readonly queue: string; readonly id: string },
  what: {
    readonly action: string
    readonly door: string
    readonly key: string
    readonly asked: { readonly [member: string]: string }
    readonly input: Record<string, string>
    readonly reason: string
  },
): Promise<Result<Answer>> {
  const action = kernel.actions.get(what.action)
  if (!action) throw new Error(`the kernel has lost ${what.action}`)
  return submitAction(kernel, {
    principal,
    origin,
    action,
    door: what.door,
    key: what.key,
    rawBody: what.asked,
    body: {
      target: { kind: 'work_item', id: workItemId(item.queue, item.id) },
      input: what.input,
      reason: { code: what.reason },
    },
    bindsPreview: true,
  })
}

/** An item that did not become this person's may be offered to others at once. */
export async function withdrawOffer(
  kernel: Kernel,
  item: { readonly queue: string; readonly id: string },
  person: string,
): Promise<void> {
  await kernel.pool.query('SELECT kernel.withdraw_offer($1, $2, $3)', [item.queue, item.id, person])
}

/** The key of one part of what was asked for under a key. */
export function partKey(key: string, part: string): string {
  return sha256(canonicalBytes([key, part])).toString('hex')
}
