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
      // vitest names a browser's project "browser (chromium)"; which files share modules does not matter here
      const project = module.project.name.replace(/ .*/, '').replace('-alone', '')
      perProject.set(project, (perProject.get(project) ?? 0) + tests)
    }
    const ran = [...perProject].map(([project, tests]) => {
      return `${project} (${tests} tests, ${project.startsWith('browser') ? this.browser.path : `Node.js ${process.version}`})`
    })
    console.log(`ran: ${ran.join(' and ') || 'nothing'}`)
    if (this.browser.path === undefined) console.log(`not run: browser (${this.browser.reason})`)
    const failed = count.failed + count.pending + errors.length
    console.log(`tests: ${count.passed} passed, ${failed} failed, ${count.skipped} skipped`)
  }
}
