import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { findChromium } from './scripts/chromium.ts'
import { PlainReporter } from './scripts/plain-reporter.ts'

const chromium = findChromium()

// Packages find each other's sources by this condition: no test needs a build.
const source = '@tsorch/source'
const ignored = ['**/node_modules/**', '**/dist/**']
const env = { TSORCH_TEST: process.env.TSORCH_TEST ?? '' }
const full = env.TSORCH_TEST === 'full'
// a slow machine is no failure; what hangs is still found
const testTimeout = 30_000
// Two cores have two workers in Node.js, which has most of the work, and one frame in each page: with fewer one of them would idle.
const cores = availableParallelism()
const maxWorkers = Math.max(2, cores - 1)
const fileParallelism = cores > 2

interface Files {
  readonly include: string[]
  readonly exclude: string[]
  /** Whether each file has a process, or a frame, of its own. */
  readonly isolate: boolean
}

/**
 * What needs modules of its own: it chooses kernels or memory before anything is loaded, replaces modules, or counts threads. All
 * other files share theirs, because loading the library takes longer than most of them.
 */
const own = [
  'packages/{kernels,tsorch}/test/**/*.test.ts',
  'packages/{data,vision}/test/workers*.test.ts',
  'packages/models/test/golden.test.ts',
  '{examples,bench,tools}/test/**/*.test.ts',
]
const sharing: Files = { include: ['packages/*/test/**/*.test.ts'], exclude: own, isolate: false }
const alone: Files = { include: own, exclude: [], isolate: true }

function testOptions({ include, exclude, isolate }: Files, platform: 'node' | 'browser') {
  return {
    env,
    testTimeout,
    expect: { poll: { timeout: testTimeout * 0.9 } },
    include,
    exclude: [...ignored, ...exclude, `**/*.${platform === 'node' ? 'browser' : 'node'}.test.ts`],
    isolate,
    setupFiles: isolate ? [] : ['./scripts/fresh-settings.ts'],
  }
}

function node(name: string, files: Files): TestProjectConfiguration {
  return {
    resolve: { conditions: [source, ...defaultServerConditions] },
    ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
    test: { name, ...testOptions(files, 'node') },
  }
}

// SharedArrayBuffer exists only in cross-origin isolated pages.
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

function browser(name: string, files: Files, headers: Record<string, string> = isolation): TestProjectConfiguration[] {
  if (chromium.path === undefined) return []
  const project: TestProjectConfiguration = {
    resolve: { conditions: [source, ...defaultClientConditions] },
    // Bundled for the browser before the run, and nothing else: found only in the middle of it, it would reload the page under
    // the tests.
    optimizeDeps: { include: ['fast-check', 'papaparse'], noDiscovery: true },
    server: { headers },
    test: {
      name,
      ...testOptions(files, 'browser'),
      browser: {
        enabled: true,
        headless: true,
        fileParallelism,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: chromium.path,
            args: ['--no-first-run', '--disable-background-networking', '--disable-sync'],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }
  return [project]
}

// Where a page is not isolated there are no threads, and everything must work as well. Each kind of kernels runs on one of the two
// pages, and on both with all tests; what needs no threads is the same on both.
const isolatedPage: Files = {
  include: own.filter((files) => files.startsWith('packages/')),
  exclude: full ? [] : ['packages/kernels/test/wasm-simd.test.ts'],
  isolate: true,
}
const plainPage: Files = {
  include: [full ? 'packages/kernels/test/*.test.ts' : 'packages/kernels/test/wasm-simd.test.ts'],
  exclude: [],
  isolate: true,
}

export default defineConfig({
  test: {
    maxWorkers,
    globalSetup: ['./scripts/generate-before-tests.ts'],
    reporters: ['default', new PlainReporter(chromium)],
    // `npm test -- --project node` means `node-alone` as well
    projects: [
      node('node', sharing),
      node('node-alone', alone),
      ...browser('browser', sharing),
      ...browser('browser-alone', isolatedPage),
      ...browser('browser-plain', plainPage, {}),
    ],
  },
})
