/** What torchvision answers to the functions and to pipelines without chance, on images and on tensors. */
import { fixtureGroups, loadGroup, runGroup } from '@tsorch/conformance'
import * as core from '@tsorch/core'
import { expect, test } from 'vitest'
import { transforms } from '../src/index.js'

test('torchvision gives the same', async () => {
  expect(fixtureGroups).toContain('transforms')
  const results = await runGroup(await loadGroup('transforms'), { library: { ...core, transforms } })
  expect(results.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(results.length).toBeGreaterThanOrEqual(356)
})
