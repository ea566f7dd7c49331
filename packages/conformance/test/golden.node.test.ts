import * as core from '@tsorch/core'
import * as data from '@tsorch/data'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CaseResult, fixtureGroups, loadGroup, recordingBackend, runGroup } from '../src/index.js'

const library = { ...core, nn, optim, utils: { data } }

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
      expect(results.length).toBeGreaterThan(0)
      expect(failures(results)).toEqual([])
    },
    120_000,
  )
})
