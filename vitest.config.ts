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
// a slow machine is no failure; what hangs is still found
const testTimeout = 30_000

const node: TestProjectConfiguration = {
  resolve: { conditions: [source, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    name: 'node',
    env,
    testTimeout,
    include: ['packages/*/test/**/*.test.ts', '{examples,bench,tools}/test/**/*.test.ts'],
    exclude: [...ignored, '**/*.browser.test.ts'],
  },
}

// SharedArrayBuffer exists only in cross-origin isolated pages.
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

interface Page {
  readonly name: string
  readonly include: string[]
  readonly headers: Record<string, string>
}

const pages: readonly Page[] = [
  { name: 'browser', include: ['packages/*/test/**/*.test.ts'], headers: isolation },
  // where a page is not isolated there are no threads, and everything must work as well
  { name: 'browser-plain', include: ['packages/kernels/test/*.test.ts'], headers: {} },
]

function browser(executablePath: string, { name, include, headers }: Page): TestProjectConfiguration {
  return {
    resolve: { conditions: [source, ...defaultClientConditions] },
    // Bundled for the browser before the run: found only in the middle of it, it would reload the page under a test.
    optimizeDeps: { include: ['fast-check', 'papaparse'] },
    server: { headers },
    test: {
      name,
      env,
      testTimeout,
      include,
      exclude: [...ignored, '**/*.node.test.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath,
            args: ['--no-first-run', '--disable-background-networking', '--disable-sync'],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }
}

export default defineConfig({
  test: {
    globalSetup: ['./scripts/generate-before-tests.ts'],
    reporters: ['default', new PlainReporter(chromium)],
    projects: chromium.path === undefined ? [node] : [node, ...pages.map((page) => browser(chromium.path!, page))],
  },
})
