import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ones, type Tensor, tensor, zeros } from '@tsorch/core'
import { build, defaultServerConditions } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CheckpointError, load, save, serialize } from '../src/index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsorch-io-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('saved and loaded by path and by URL, the same bytes as serialize()', async () => {
  const value = { step: 3, w: tensor([1, 2]) }
  const path = join(folder, 'check #1.pt')
  await save(value, path)
  expect(new Uint8Array(readFileSync(path))).toEqual(serialize(value))
  const url = pathToFileURL(join(folder, 'other.pt'))
  await save(value, url)
  for (const source of [path, pathToFileURL(path), url.href])
    expect((await load<{ w: Tensor }>(source)).w.tolist()).toEqual([1, 2])
  expect(readdirSync(folder).sort()).toEqual(['check #1.pt', 'other.pt'])
})

test('errors name the file, and nothing is written for a value that cannot be', async () => {
  const path = join(folder, 'damaged.pt')
  writeFileSync(path, serialize(1).subarray(0, 100))
  await expect(load(path)).rejects.toThrow(CheckpointError)
  await expect(load(path)).rejects.toThrow(`${path}: the zip archive has no directory at its end`)
  await expect(load(join(folder, 'none'))).rejects.toThrow('ENOENT')
  await expect(save({ f: test }, join(folder, 'new.pt'))).rejects.toThrow('cannot save a function')
  expect(readdirSync(folder)).toEqual(['damaged.pt'])
})

test('a tensor that is changed while it is being saved is noticed, and the older file stays', async () => {
  const path = join(folder, 'check.pt')
  const w = zeros([1000])
  await save({ w }, path)
  const saving = save({ w }, path)
  w.add_(1)
  await expect(saving).rejects.toThrow('changed in place while it was being saved')
  expect((await load<{ w: Tensor }>(path)).w.equal(zeros([1000]))).toBe(true)
  expect(readdirSync(folder)).toEqual(['check.pt'])
})

/** `saving-program.ts` as a program that Node runs. */
async function compileProgram(): Promise<string> {
  const conditions = ['@tsorch/source', ...defaultServerConditions]
  await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: { ssr: 'test/saving-program.ts', outDir: join(folder, 'program'), minify: false, target: 'node20' },
  })
  return join(folder, 'program', 'saving-program.js')
}

test('a process that is killed in the middle of saving leaves the older checkpoint whole', async () => {
  const program = await compileProgram()
  const output = join(folder, 'output')
  mkdirSync(output)
  const path = join(output, 'check.pt')
  let kills = 0
  while (kills < 3) {
    const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    expect(Number.parseInt(String(line), 10)).toBeGreaterThan(0)
    // until the next one is half written
    let unfinished: string | undefined
    while (unfinished === undefined || !isGrowing(join(output, unfinished))) {
      await setTimeout(1)
      unfinished = readdirSync(output).find((name) => name.endsWith('.tmp'))
    }
    child.kill('SIGKILL')
    await ended
    const { step, parts } = await load<{ step: number; parts: Tensor[] }>(path)
    expect(parts).toHaveLength(16)
    for (const part of parts) expect(part.equal(ones([2 ** 16]).mul(step))).toBe(true)
    for (const name of readdirSync(output).filter((other) => other !== 'check.pt')) {
      const left = join(output, name)
      // it may have been finished in the last moment, but for its name
      if (statSync(left).size < statSync(path).size) {
        await expect(load(left)).rejects.toThrow(CheckpointError)
        kills++
      }
      rmSync(left)
    }
  }
}, 60_000)

function isGrowing(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size > 2 ** 18
}
