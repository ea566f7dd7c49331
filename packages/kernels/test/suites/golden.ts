import { fixtureGroups, loadGroup, runGroup } from '@tsorch/conformance'
import * as core from '@tsorch/core'
import * as data from '@tsorch/data'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'
import { describe, expect, test } from 'vitest'

const library = { ...core, nn, optim, utils: { data } }

/** What PyTorch answered, asked of these kernels at every size. */
export function goldenSuite(): void {
  describe('PyTorch answers the same', () => {
    test.each(fixtureGroups)(
      '%s',
      async (name) => {
        const results = await runGroup(await loadGroup(name), { library })
        expect(results.filter((r) => r.status === 'failed').map((r) => `${r.id}: ${r.message}`)).toEqual([])
      },
      120_000,
    )
  })
}
