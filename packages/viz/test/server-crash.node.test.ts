import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { pythonJson } from '../src/protocol/json.js'
import type { JsonObject } from '../src/protocol/types.js'
import { Keeper } from '../src/server/keeper.js'
import { makeFolder } from './server-helpers.js'

const isFull = import.meta.env.TSORCH_TEST === 'full'

type Step = { readonly call: readonly [string, JsonObject] } | { readonly act: 'flush' | 'settle' | 'turn' | 'save' }

const env = fc.constantFrom('a', 'b', 'A')
const win = fc.constantFrom('x', 'y')
const number = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(Number.NaN))
const trace = fc
  .record({ x: fc.array(number, { maxLength: 3 }) })
  .map(({ x }) => ({ type: 'scatter', name: '1', x, y: x }))

const call: fc.Arbitrary<readonly [string, JsonObject]> = fc.oneof(
  fc
    .record({ eid: env, win, data: trace.map((one) => [one]) })
    .map((body) => ['events', { ...body, layout: {} }] as const),
  {
    weight: 4,
    arbitrary: fc
      .record({ eid: env, win, data: trace.map((one) => [one]) })
      .map((body) => ['update', { ...body, append: true }] as const),
  },
  fc.record({ eid: env, win }).map((body) => ['close', body] as const),
  fc.record({ eid: env, prev_eid: env }).map((body) => ['fork_env', body] as const),
  fc.record({ eid: env, win, data: fc.record({ x: number }) }).map((body) => ['layout_item_update', body] as const),
  fc.record({ eid: env }).map((body) => ['delete_env', body] as const),
  fc.record({ eid: env }).map(({ eid }) => [`env/${eid}`, { eid }] as const),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: call.map((made) => ({ call: made })) },
  fc.constantFrom('flush', 'settle', 'turn', 'save').map((act) => ({ act }) as const),
)

/** An environment that takes the name of a deleted one. */
const begunAnew: Step[] = [
  { call: ['env/A', { eid: 'A' }] },
  { call: ['delete_env', { eid: 'A' }] },
  { call: ['update', { eid: 'A', win: 'x', data: [{ type: 'scatter', name: '1', x: [], y: [] }], append: true }] },
  { act: 'flush' },
  { call: ['env/a', { eid: 'a' }] },
]

/** An environment that is deleted while its file is written. */
const deletedInWriting: Step[] = [
  { call: ['events', { eid: 'A', win: 'x', data: [{ type: 'scatter', name: '1', x: [], y: [] }], layout: {} }] },
  { call: ['fork_env', { eid: 'a', prev_eid: 'A' }] },
  { act: 'turn' },
  { call: ['delete_env', { eid: 'a' }] },
]

/** All environments but the one that is always there, as text. */
function statesOf(hub: Hub): Map<string, string> {
  const names = hub.environments().filter((name) => name !== 'main')
  return new Map(names.map((name) => [name, pythonJson(hub.exportEnv(name))]))
}

async function open(folder: string): Promise<{ hub: Hub; keeper: Keeper; warnings: string[] }> {
  const warnings: string[] = []
  const hub = new Hub()
  const keeper = await Keeper.open(
    hub,
    folder,
    () => false,
    (line) => warnings.push(line),
  )
  return { hub, keeper, warnings }
}

test('whenever a process dies, each environment is as it was at some moment since all was written', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const folder = makeFolder()
      const { hub, keeper, warnings } = await open(folder)
      /** what each environment has been like since it was last known to be written; `undefined` is not there */
      let since: Map<string, string>[] = [statesOf(hub)]
      for (const one of steps) {
        if ('call' in one) hub.handle(...one.call)
        else if (one.act === 'turn') await new Promise((resolve) => setImmediate(resolve))
        else if (one.act === 'save') hub.handle('save', { data: ['a', 'b', 'A'] })
        else {
          const before = statesOf(hub)
          await keeper.settled()
          await keeper.flush()
          since = one.act === 'flush' ? [before] : since
        }
        since.push(statesOf(hub))
      }
      const left = join(makeFolder(), 'left')
      cpSync(folder, left, { recursive: true })
      rmSync(join(left, 'lock'))
      const next = await open(left)
      const found = statesOf(next.hub)
      for (const name of ['a', 'b', 'A']) {
        const possible = since.map((states) => states.get(name))
        expect(possible, name).toContain(found.get(name))
      }
      expect([...warnings, ...next.warnings]).toEqual([])
      await keeper.close()
      await next.keeper.close()
      // and after an ordinary end it is as it was at the end
      const last = await open(folder)
      expect(statesOf(last.hub)).toEqual(since.at(-1))
      await last.keeper.close()
    }),
    { numRuns: isFull ? 400 : 25, examples: [[begunAnew], [deletedInWriting]] },
  )
})
