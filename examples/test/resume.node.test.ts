import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from '@tsorch/io'
import { afterAll, beforeAll, expect, test } from 'vitest'

// a process of its own, which runs what was built
const program = fileURLToPath(new URL('../dist/resume.js', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsorch-resume-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the program; kills it without a warning as soon as it prints `until`. */
function run(checkpoint: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, '--checkpoint', join(folder, checkpoint), '--epochs', '4'])
    let text = ''
    let errors = ''
    child.stderr.on('data', (data: Buffer) => {
      errors += String(data)
    })
    child.stdout.on('data', (data: Buffer) => {
      text += String(data)
      if (until !== undefined && text.includes(until)) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(text)
      else reject(new Error(errors))
    })
  })
}

const fingerprint = (text: string): string | undefined => /fingerprint (\w+)/.exec(text)?.[1]

test('a run that was killed ends with the bits of one that was not', { timeout: 60_000 }, async () => {
  const whole = fingerprint(await run('whole.pt'))
  expect(whole).toMatch(/^[0-9a-f]{8}$/)

  // after epoch 2, and in the middle of the last one
  expect(fingerprint(await run('killed.pt', 'epoch 2:'))).toBeUndefined()
  const second = await run('killed.pt', 'saved in epoch 4 after 10 batches')
  expect(second).toMatch(/^goes on in epoch 3, after \d+ batches/)
  expect(fingerprint(second)).toBeUndefined()
  const third = await run('killed.pt')
  expect(third).toMatch(/^goes on in epoch 4, after \d+ batches/)
  expect(fingerprint(third)).toBe(whole)

  const checkpoints = await Promise.all(['whole.pt', 'killed.pt'].map((name) => readFile(join(folder, name))))
  const [a, b] = await Promise.all(
    checkpoints.map((bytes) => load<{ model: Record<string, { tolist(): unknown }> }>(bytes)),
  )
  for (const [name, value] of Object.entries(a!.model)) expect(b!.model[name]!.tolist(), name).toEqual(value.tolist())
})
