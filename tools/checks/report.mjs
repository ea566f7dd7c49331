import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a check over the repository when its file is the program that was started: prints what is wrong and exits with
 * 1, or one line that says what holds.
 *
 * @param {string} url the check's `import.meta.url`
 * @param {(root: string) => string[]} check returns one message per violation
 * @param {string} holds what is true when there is none
 */
export function runCheck(url, check, holds) {
  if (realpathSync(process.argv[1] ?? '') !== fileURLToPath(url)) return
  const violations = check(repository)
  for (const violation of violations) console.error(violation)
  if (violations.length === 0) console.log(holds)
  process.exitCode = violations.length === 0 ? 0 : 1
}
