import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { UpstreamClass } from '@countersign/kernel/connectors/upstream-class.ts'
import type { BoundAction, BoundEffectContext } from '@countersign/kernel/console.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'

/** Something to be done at the upstream that has not been done yet. */
export type Order = {
  readonly accepted: Json
  readonly targetVersion: string | null
  readonly input?: Readonly<Record<string, Json>>
}

/** A connector with a running upstream behind it whose faults and whose count are the test's. */
export type ConnectorUnderTest = {
  /** As the product declares it, with its class. */
  readonly effect: Pick<BoundAction, 'deliver' | 'afterLostAnswer'>
  readonly newOrder: () => Promise<Order>
  /** By the upstream's own count, how often it has done this. */
  readonly performed: (order: Order, key: string) => Promise<number>
  /** The next write fails so. `lost_response`: done, and no answer. `error_5xx`: not done. */
  readonly failNextWrite: (mode: 'lost_response' | 'error_5xx') => Promise<void>
  /** The upstream's clock goes on. */
  readonly letPass: (ms: number) => Promise<void>
}

export type ConformanceCheck = {
  readonly title: string
  /** @throws AssertionError where the connector, or its upstream, does not keep what its class promises */
  readonly run: (connector: ConnectorUnderTest) => Promise<void>
}

const ANSWER_WITHIN_MS = 10_000
/** So much before a key may be forgotten it must still be known. */
const STILL_KNOWN_BEFORE_MS = 60_000

function context(order: Order, key: string): BoundEffectContext {
  return {
    key,
    targetVersion: order.targetVersion,
    input: async () => order.input ?? {},
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }
}

async function outcomeOf(answer: Promise<Delivery | undefined>): Promise<Delivery['outcome'] | undefined> {
  return (await answer)?.outcome
}

type Trial = {
  readonly order: Order
  readonly key: string
  readonly send: () => Promise<Delivery['outcome'] | undefined>
  readonly ask: () => Promise<Delivery['outcome'] | undefined>
  readonly performed: () => Promise<number>
}

async function trial({ effect, newOrder, performed }: ConnectorUnderTest): Promise<Trial> {
  const order = await newOrder()
  const key = randomUUID()
  const lost = effect.afterLostAnswer
  return {
    order,
    key,
    send: () => outcomeOf(effect.deliver(order.accepted, context(order, key))),
    ask: async () =>
      lost === null || lost.class === 'D'
        ? undefined
        : outcomeOf(lost.readBack(order.accepted, context(order, key))),
    performed: () => performed(order, key),
  }
}

/** Whatever its class, a connector says what it knows and no more. */
const OF_EVERY_CLASS: readonly ConformanceCheck[] = [
  {
    title: 'what it says is done is done, once',
    async run(connector) {
      const { send, performed } = await trial(connector)
      assert.equal(await send(), 'done')
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'a write whose answer is lost is unknown: neither done, nor refused, nor to be tried again',
    async run(connector) {
      const { send, performed } = await trial(connector)
      await connector.failNextWrite('lost_response')
      assert.equal(await send(), 'unknown')
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'a write that fails there is unknown, whatever the upstream means by it',
    async run(connector) {
      const { send, performed } = await trial(connector)
      await connector.failNextWrite('error_5xx')
      assert.equal(await send(), 'unknown')
      assert.equal(await performed(), 0)
    },
  },
]

const CAN_BE_ASKED: readonly ConformanceCheck[] = [
  {
    title: 'asked before anything was sent, it says that it has not happened',
    async run(connector) {
      assert.equal(await (await trial(connector)).ask(), 'retry')
    },
  },
  {
    title: 'asked after it acted and dropped the connection, it says that it is done',
    async run(connector) {
      const { send, ask } = await trial(connector)
      await connector.failNextWrite('lost_response')
      await send()
      assert.equal(await ask(), 'done')
    },
  },
  {
    title: 'asked after a write that failed there, it says that it has not happened',
    async run(connector) {
      const { send, ask } = await trial(connector)
      await connector.failNextWrite('error_5xx')
      await send()
      assert.equal(await ask(), 'retry')
    },
  },
]

const DEDUPLICATES: readonly ConformanceCheck[] = [
  {
    title: 'the same key sent again is done once, and answered as done',
    async run(connector) {
      const { send, performed } = await trial(connector)
      assert.equal(await send(), 'done')
      assert.equal(await send(), 'done')
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'the same key sent again after a lost answer is done once',
    async run(connector) {
      const { send, performed } = await trial(connector)
      await connector.failNextWrite('lost_response')
      await send()
      assert.equal(await send(), 'done')
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'the same key sent twice at a time is done once',
    async run(connector) {
      const { send, performed } = await trial(connector)
      const answers = await Promise.all([send(), send()])
      assert.ok(answers.includes('done'), `one of them is done: ${answers.join(', ')}`)
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'it says for how long it knows a key, and knows it for that long',
    async run(connector) {
      const { order, key, send, performed } = await trial(connector)
      const lost = connector.effect.afterLostAnswer
      assert.equal(lost?.class, 'A')
      const retentionMs = await lost.keyRetentionMs(order.accepted, context(order, key))
      assert.ok(retentionMs !== undefined && retentionMs > 0, `a retention in ms, not ${retentionMs}`)
      await send()
      await connector.letPass(Math.max(retentionMs - STILL_KNOWN_BEFORE_MS, 0))
      assert.equal(await send(), 'done')
      assert.equal(await performed(), 1)
    },
  },
]

const FINDS_BY_REFERENCE: readonly ConformanceCheck[] = [
  {
    title: 'it says how long an order may wait before it is begun on',
    async run(connector) {
      const { order, key } = await trial(connector)
      const lost = connector.effect.afterLostAnswer
      assert.equal(lost?.class, 'B')
      const settlesMs = await lost.settlesWithinMs(order.accepted, context(order, key))
      assert.ok(settlesMs !== undefined && settlesMs >= 0, `a time in ms, not ${settlesMs}`)
    },
  },
  {
    title: 'what another order did is not taken for this one',
    async run(connector) {
      const other = await trial(connector)
      const { ask } = await trial(connector)
      await other.send()
      assert.equal(await ask(), 'retry')
    },
  },
]

const WRITES_OVER_A_VERSION: readonly ConformanceCheck[] = [
  {
    title: 'the same write sent again is refused by its version, and done once',
    async run(connector) {
      const { send, performed } = await trial(connector)
      assert.equal(await send(), 'done')
      assert.equal(await send(), 'refused')
      assert.equal(await performed(), 1)
    },
  },
  {
    title: 'a write without the version that was seen is not made at all',
    async run({ effect, newOrder, performed }) {
      const order = await newOrder()
      const key = randomUUID()
      const answer = await effect.deliver(order.accepted, context({ ...order, targetVersion: null }, key))
      assert.equal(answer.outcome, 'refused')
      assert.equal(await performed(order, key), 0)
    },
  },
]

const CANNOT_BE_RELIED_ON: readonly ConformanceCheck[] = [
  {
    title: 'after a lost answer there is nobody to ask',
    async run(connector) {
      const { send, ask } = await trial(connector)
      await connector.failNextWrite('lost_response')
      await send()
      assert.equal(await ask(), undefined)
    },
  },
]

/** What each class promises (docs/connectors/upstream-contract.md), as checks that any connector can be put to. */
export const CONFORMANCE: Readonly<Record<UpstreamClass, readonly ConformanceCheck[]>> = {
  A: [...OF_EVERY_CLASS, ...CAN_BE_ASKED, ...DEDUPLICATES],
  B: [...OF_EVERY_CLASS, ...CAN_BE_ASKED, ...FINDS_BY_REFERENCE],
  C: [...OF_EVERY_CLASS, ...CAN_BE_ASKED, ...WRITES_OVER_A_VERSION],
  D: [...OF_EVERY_CLASS, ...CANNOT_BE_RELIED_ON],
}

/** The titles of what a connector does not keep of the class that it declares. */
export async function brokenPromises(connector: ConnectorUnderTest): Promise<string[]> {
  const declared = connector.effect.afterLostAnswer
  if (!declared) throw new Error('the action has no upstream effect, so there is no class to keep to')
  const broken: string[] = []
  for (const { title, run } of CONFORMANCE[declared.class]) {
    try {
      await run(connector)
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error
      broken.push(title)
    }
  }
  return broken
}
