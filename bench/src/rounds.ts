/** All cases, round by round: what disturbs the machine for a while then disturbs all of them, or another round is quieter. */
import { type Column, columnsFor, keyOf, nameOf } from './cases.js'
import type { Outcome } from './peer.js'
import type { Measured } from './rows.js'

/** A case that took longer than this is not run again. */
const SLOW_SECONDS = 30

/**
 * Measures every workload on every column.
 *
 * @param run - measures one case
 * @param tell - called after each
 */
export async function measureRounds(
  workloads: readonly string[],
  columns: readonly Column[],
  rounds: number,
  run: (one: Measured['one']) => Promise<Outcome>,
  tell: (text: string) => void,
): Promise<Measured[]> {
  const measured = workloads.flatMap((workload) =>
    columnsFor(workload, columns).map((column) => ({ one: { workload, ...column }, outcomes: [] as Outcome[] })),
  )
  const done = new Set<string>()
  for (let round = 1; round <= rounds; round++) {
    for (const workload of workloads) {
      const cases = measured.filter(({ one }) => one.workload === workload && !done.has(keyOf(one)))
      // there and back, so that no case always comes after the same one
      for (const { one, outcomes } of round % 2 === 1 ? cases : cases.reverse()) {
        const start = performance.now()
        const outcome = await run(one)
        const seconds = (performance.now() - start) / 1000
        outcomes.push(outcome)
        if (outcome.medianMs === null || seconds > SLOW_SECONDS) done.add(keyOf(one))
        const time = outcome.medianMs === null ? outcome.note : `${outcome.medianMs.toPrecision(3)} ms`
        tell(`round ${round}/${rounds} ${workload} ${nameOf(one)}: ${time} (${seconds.toFixed(1)} s)`)
      }
    }
  }
  return measured
}
