import type { Reporter, TestModule } from 'vitest/node'
import type { ChromiumSearch } from './chromium.ts'

/**
 * Ends the output by saying which projects ran, and if one did not, why; the last line is one that any CI can read:
 * `tests: 12 passed, 0 failed, 1 skipped`.
 */
export class PlainReporter implements Reporter {
  private readonly browser: ChromiumSearch

  constructor(browser: ChromiumSearch) {
    this.browser = browser
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    const perProject = new Map<string, number>()
    for (const module of modules) {
      const before = count.failed
      let tests = 0
      for (const test of module.children.allTests()) {
        tests++
        count[test.result().state]++
      }
      // A file that does not load, or whose hooks throw, fails without any failing test in it.
      if (!module.ok() && count.failed === before) count.failed++
      perProject.set(module.project.name, (perProject.get(module.project.name) ?? 0) + tests)
    }
    // vitest names the browser project "browser (chromium)".
    const ran = [...perProject].map(([name, tests]) => {
      const [project = name] = name.split(' ')
      return `${project} (${tests} tests, ${project.startsWith('browser') ? this.browser.path : `Node.js ${process.version}`})`
    })
    console.log(`ran: ${ran.join(' and ') || 'nothing'}`)
    if (this.browser.path === undefined) console.log(`not run: browser (${this.browser.reason})`)
    const failed = count.failed + count.pending + errors.length
    console.log(`tests: ${count.passed} passed, ${failed} failed, ${count.skipped} skipped`)
  }
}
