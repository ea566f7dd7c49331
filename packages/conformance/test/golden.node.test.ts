import * as core from '@tsorch/core'
import * as data from '@tsorch/data'
import * as io from '@tsorch/io'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CaseResult, fixtureGroups, loadGroup, recordingBackend, runGroup } from '../src/index.js'
import { floors } from './golden-floors.js'

const library = { ...core, nn, optim, utils: { data }, io }

function failures(results: readonly CaseResult[]): string[] {
  return results.filter((r) => r.status === 'failed').map((r) => `${r.id}: ${r.message}`)
}

describe.each(['cpu', 'recording'])('PyTorch answers the same, on %s', (device) => {
  beforeAll(() => {
    if (device === 'cpu' || core.isAvailable(device)) return
    const plain = core.deviceOf('cpu').backends.find((b) => b.set === 'ts')
    core.registerBackend(recordingBackend(plain!, device).backend)
  })

  test.each(fixtureGroups)(
    '%s',
    async (name) => {
      const results = await runGroup(await loadGroup(name), { library, device })
      expect(failures(results)).toEqual([])
      // what once passed may not turn into "not covered" because a name got lost
      expect(results.filter((r) => r.status === 'passed').length).toBeGreaterThanOrEqual(floors[name] ?? 0)
    },
    120_000,
  )
})
