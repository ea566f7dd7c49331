import type { Backend } from '@tsorch/core'
import * as core from '@tsorch/core'
import { type FixtureSource, fixtureGroups, loadGroup, packagedFixtures } from './cases/packed.js'
import type { Library } from './library.js'
import { type Tally, tally } from './report.js'
import { runGroup } from './run.js'
import type { CaseResult } from './verdict.js'

/** Something that a backend does not do, and why a user can live with it. */
export interface Skip {
  /** An operation, module, optimizer, ... (`'sort'`, `'torch.nn.LSTM'`), or the id of one case. */
  readonly op: string
  readonly reason: string
}

export interface TestBackendOptions {
  /** Registered for the test if its kernel set is not yet. */
  readonly backend: Backend
  readonly skip?: readonly Skip[]
  /** The groups to run; all that the package carries if absent. */
  readonly groups?: readonly string[]
  /** Further packages to test with: `{ nn, optim }`. The tensor library itself is always there. */
  readonly packages?: Library
  /** Where the fixtures come from; the package's own if absent. */
  readonly fixtures?: FixtureSource
}

/** What {@link testBackend} found. */
export interface BackendReport extends Tally {
  /** All that keeps the backend from passing, one line each: failing cases, skips without need. Empty if it passes. */
  readonly problems: readonly string[]
  readonly results: readonly CaseResult[]
}

/**
 * Runs the recorded cases on a backend's device and, if the device has several kernel sets, on this one alone.
 *
 * A skipped operation may fail; if all its cases pass, the skip itself is a problem. Operations that the library does not have
 * yet count as not covered.
 *
 * @example
 * ```ts
 * test('my backend is right', async () => {
 *   const { problems } = await testBackend({ backend, skip: [{ op: 'digamma', reason: 'no float64 on this device' }] })
 *   expect(problems).toEqual([])
 * })
 * ```
 */
export async function testBackend({
  backend,
  skip = [],
  groups = fixtureGroups,
  packages = {},
  fixtures = packagedFixtures,
}: TestBackendOptions): Promise<BackendReport> {
  const { device, set } = backend
  if (!core.isAvailable(device) || !core.kernelSets(device).includes(set)) core.registerBackend(backend)
  const results: CaseResult[] = []
  core.useKernelSet(device, set)
  try {
    for (const name of groups) {
      results.push(...(await runGroup(await loadGroup(name, fixtures), { library: { ...core, ...packages }, device })))
    }
  } finally {
    core.useKernelSet(device)
  }
  const skipped = new Set(results.filter((r) => skip.some((s) => matches(s, r))))
  const judged = results.filter((r) => !skipped.has(r))
  const failures = judged.filter((r) => r.status === 'failed').map((r) => `${r.group} ${r.id}: ${r.message}`)
  return { ...tally(judged), problems: [...failures, ...needlessSkips(skip, [...skipped])], results }
}

function matches(skip: Skip, result: CaseResult): boolean {
  return skip.op === result.subject || skip.op === result.id
}

/** A skip must be needed: at least one of its cases fails, or is not covered. */
function needlessSkips(skip: readonly Skip[], skipped: readonly CaseResult[]): string[] {
  return skip.flatMap((s) => {
    const cases = skipped.filter((r) => matches(s, r))
    if (s.reason.trim() === '') return [`skip of ${s.op}: no reason given`]
    if (cases.length === 0) return [`skip of ${s.op}: there is no such case`]
    return cases.every((r) => r.status === 'passed')
      ? [`skip of ${s.op} (${s.reason}): all ${cases.length} cases pass`]
      : []
  })
}
