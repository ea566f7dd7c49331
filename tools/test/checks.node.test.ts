import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { importCycles } from '../checks/cycles.mjs'
import { indexViolations } from '../checks/index.mjs'
import { layerViolations } from '../checks/layers.mjs'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsorch-checks-'))
})

afterEach(() => rmSync(root, { recursive: true }))

/** Writes files of a repository, by their path under `packages/`. */
function repository(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, 'packages', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

const manifest = (...dependencies: string[]): string =>
  JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, '*'])) })

describe('layers', () => {
  test('a package may import the layers that it depends on, and node: outside of core', () => {
    repository({
      'core/package.json': manifest(),
      'core/src/index.ts': "import type { Worker } from 'node:worker_threads'\nexport const x: Worker | null = null\n",
      'vision/package.json': manifest('@tsorch/core', '@tsorch/data'),
      'vision/src/index.ts': "import 'node:fs'\nexport { x } from '@tsorch/core'\nexport { y } from '@tsorch/data'\n",
    })
    expect(layerViolations(root)).toEqual([])
  })

  test.each([
    ['a static import upwards', 'core', "import { x } from '@tsorch/nn'"],
    ['a type import sidewards', 'nn', "import type { x } from '@tsorch/optim'"],
    ['a re-export upwards', 'data', "export { x } from '@tsorch/vision'"],
    ['an import() upwards', 'io', "await import('@tsorch/models')"],
    ['a package outside of the rule', 'nn', "import x from 'left-pad'"],
    ['node: in core', 'core', "import { readFileSync } from 'node:fs'"],
    ['an undeclared dependency', 'nn', "import { x } from '@tsorch/core'"],
    ['a path into another package', 'nn', "import { x } from '../../core/src/index.js'"],
  ])('%s is told', (_, name, line) => {
    repository({ [`${name}/package.json`]: manifest(), [`${name}/src/a.ts`]: `\n${line}\n` })
    const [violation = '', ...others] = layerViolations(root)
    expect(others).toEqual([])
    expect(violation).toContain(join('packages', name, 'src', 'a.ts:2: '))
  })

  test('what is bundled may be imported where it is bundled, if it is declared for that', () => {
    const files = { 'viz/src/page/ui/app.tsx': "import { h } from 'preact'\n" }
    repository({ 'viz/package.json': '{ "devDependencies": { "preact": "*" } }', ...files })
    expect(layerViolations(root)).toEqual([])
    repository({ 'viz/src/pages.ts': "import { h } from 'preact'\n" })
    expect(layerViolations(root)).toEqual([
      expect.stringMatching(/pages\.ts:1: imports 'preact', but @tsorch\/viz may/),
    ])
    repository({ 'viz/package.json': '{}', 'viz/src/pages.ts': '' })
    expect(layerViolations(root)).toEqual([
      expect.stringMatching(/app\.tsx:1: imports 'preact', which .* not depend on/),
    ])
  })

  test('a dependency upwards and an unknown package are told', () => {
    repository({ 'core/package.json': manifest('@tsorch/nn'), 'other/package.json': manifest() })
    expect(layerViolations(root)).toEqual([
      'packages/core/package.json: depends on @tsorch/nn, but @tsorch/core may import no other package',
      'packages/other: no layer; give it one in tools/checks/layers.mjs',
    ])
  })
})

describe('cycles', () => {
  test('value imports that lead back are told once per group', () => {
    repository({
      'core/src/a.ts': "import { b } from './sub/b.js'\nexport const a: number = b\n",
      'core/src/sub/b.ts': "export * from './c.js'\nexport const b: number = 1\n",
      'core/src/sub/c.ts': "import { type A } from '../a.js'\nexport type C = A\n",
      'core/src/d.ts': "import { a } from './a.js'\nexport const d: number = a\n",
    })
    expect(importCycles(root)).toEqual([
      `packages/core/src: import cycle (3 modules): a.ts -> ${join('sub', 'b.ts')} -> ${join('sub', 'c.ts')} -> a.ts`,
    ])
  })

  test('through .tsx files too', () => {
    repository({
      'viz/src/page/a.tsx': "import { b } from './b.js'\nexport const a: number = b\n",
      'viz/src/page/b.ts': "import { a } from './a.js'\nexport const b: number = a\n",
    })
    const [a, b] = [join('page', 'a.tsx'), join('page', 'b.ts')]
    expect(importCycles(root)).toEqual([`packages/viz/src: import cycle (2 modules): ${a} -> ${b} -> ${a}`])
  })

  test('type imports and import() make no cycle', () => {
    repository({
      'core/src/a.ts': "import { b } from './b.js'\nexport const a: number = b\n",
      'core/src/b.ts': "import type { a } from './a.js'\nexport const b: typeof a = 1\nvoid import('./a.js')\n",
    })
    expect(importCycles(root)).toEqual([])
  })
})

describe('index', () => {
  test('a missing list and a nameless re-export are told', () => {
    repository({
      'core/src/index.ts': "export * as nn from './nn.js'\nexport * from './tensor.js'\n",
      'nn/src/linear.ts': 'export {}\n',
      'tsorch/src/index.ts': "export * from '@tsorch/core'\n",
    })
    expect(indexViolations(root)).toEqual([
      "packages/core/src/index.ts:2: `export * from './tensor.js'`; name what is public instead",
      'packages/nn/src/index.ts: missing; every package lists its public names there',
    ])
  })
})
