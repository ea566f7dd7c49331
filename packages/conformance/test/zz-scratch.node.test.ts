import * as core from '@tsorch/core'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'vitest'
import { Group } from '../src/cases/group.js'
import { runGroup } from '../src/run.js'
import { formatReport } from '../src/report.js'
test('early', async () => {
  const D = '/work/shared/golden/'
  const drift = JSON.parse(readFileSync(D + 'drift.torch-2.13.0.json', 'utf8'))
  const all = []
  for (const f of readdirSync(D)) {
    if (!f.endsWith('.safetensors')) continue
    const g = f.replace('.safetensors', '')
    const group = new Group(JSON.parse(readFileSync(D + g + '.json', 'utf8')), readFileSync(D + f), drift)
    all.push(...(await runGroup(group, { library: { ...core, nn: { functional: core } } as never })))
  }
  writeFileSync('/tmp/vt/results.json', JSON.stringify(all))
  writeFileSync('/tmp/vt/report.txt', formatReport('golden', all))
})
