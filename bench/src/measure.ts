/** Median microseconds of one call, over batches that last a few milliseconds each, after half a second of warming up. */
export function measure(run: () => void): number {
  const until = performance.now() + 500
  let calls = 0
  while (performance.now() < until) {
    run()
    calls++
  }
  const batch = Math.max(1, Math.round(calls / 100))
  const times: number[] = []
  for (let i = 0; i < 200; i++) {
    const start = performance.now()
    for (let k = 0; k < batch; k++) run()
    times.push(((performance.now() - start) * 1000) / batch)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1]!
}
