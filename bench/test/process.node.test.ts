import { expect, test } from 'vitest'
import { measure, median } from '../src/measure.js'
import { runProcess } from '../src/process.js'

function script(code: string, input = '', env: Record<string, string> = {}) {
  return { file: process.execPath, args: ['-e', code], input, env }
}

test('a process gets its input and environment, and its output comes back', async () => {
  const code = 'process.stdin.on("data", (d) => console.log(String(d) + process.env.WHO)); console.error("aside")'
  const ended = await runProcess(script(code, 'hello ', { WHO: 'you' }), 20)
  expect(ended).toEqual({ stdout: 'hello you\n', stderr: 'aside\n', failure: null, isLate: false })
})

test('one that hangs is killed', async () => {
  const ended = await runProcess(script('setInterval(() => {}, 1000)'), 0.4)
  expect(ended).toMatchObject({ failure: 'no result in 0.4 s', isLate: true })
})

test('one that fails says how', async () => {
  expect((await runProcess(script('process.exit(3)'), 20)).failure).toBe('ended with exit code 3')
  expect((await runProcess(script('process.kill(process.pid, "SIGKILL")'), 20)).failure).toBe('ended with SIGKILL')
  expect((await runProcess({ file: '/no/such/program', args: [], input: '', env: {} }, 20)).failure).toContain('ENOENT')
})

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('measuring keeps the first losses and goes on until its time is up', async () => {
  let calls = 0
  const { losses, medianMs, isCold } = await measure(() => 10 - calls++, 0.02)
  expect(losses).toEqual([10, 9, 8, 7, 6])
  expect(calls).toBeGreaterThan(10)
  expect(medianMs).toBeLessThan(1)
  expect(isCold).toBe(false)
})

test('promises are waited for; results that are no numbers are no losses', async () => {
  let done = 0
  const run = () => new Promise<string>((resolve) => setTimeout(() => resolve(String(++done)), 2))
  const { losses, medianMs } = await measure(run, 0.02)
  expect(losses).toEqual([])
  expect(medianMs).toBeGreaterThan(1)
})

test('a slow call is repeated once, without its compilation', async () => {
  let calls = 0
  const run = () => {
    const until = performance.now() + (calls++ === 0 ? 60 : 20)
    while (performance.now() < until);
    return calls
  }
  const { medianMs, losses, isCold } = await measure(run, 0.01)
  expect(calls).toBe(2)
  expect(losses).toEqual([1, 2])
  expect(medianMs).toBeGreaterThanOrEqual(20)
  expect(isCold).toBe(false)
})
