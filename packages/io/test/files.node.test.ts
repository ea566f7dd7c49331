import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Tensor, tensor } from '@tsorch/core'
import { transformWithOxc } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSafetensors, SafetensorError, saveSafetensors, serializeSafetensors } from '../src/index.js'
import { writeWhole } from '../src/write-file.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsorch-io-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const state = (): Record<string, Tensor> => ({
  'fc.weight': tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'float32' },
  ),
  'fc.bias': tensor([5, 6], { dtype: 'float32' }),
})

test('saved and loaded by path and by URL', async () => {
  const path = join(folder, 'weights #1.safetensors')
  await saveSafetensors(path, state(), { metadata: { epoch: '3' } })
  expect(new Uint8Array(readFileSync(path))).toEqual(serializeSafetensors(state(), { epoch: '3' }))
  const url = pathToFileURL(join(folder, 'other.safetensors'))
  await saveSafetensors(url, state())
  for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, url]) {
    const loaded = await loadSafetensors(source)
    expect(loaded['fc.weight']!.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(loaded['fc.bias']!.tolist()).toEqual([5, 6])
  }
  expect(readdirSync(folder).sort()).toEqual(['other.safetensors', 'weights #1.safetensors'])
})

test('an address is fetched', async () => {
  const bytes = serializeSafetensors(state())
  const address = `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`
  expect((await loadSafetensors(address))['fc.bias']!.tolist()).toEqual([5, 6])
})

test('errors name the file', async () => {
  const path = join(folder, 'damaged.safetensors')
  writeFileSync(path, serializeSafetensors(state()).subarray(0, -1))
  await expect(loadSafetensors(path)).rejects.toThrow(SafetensorError)
  await expect(loadSafetensors(path)).rejects.toThrow(`${path}: tensor "fc.weight": byte range [8, 24) reaches beyond`)
  await expect(loadSafetensors(join(folder, 'none'))).rejects.toThrow('ENOENT')
  await expect(loadSafetensors(folder)).rejects.toThrow('it is not a file')
})

test('a failed write leaves the older file and nothing else', async () => {
  const listeners = process.listenerCount('SIGINT')
  const path = join(folder, 'weights.safetensors')
  await saveSafetensors(path, state())
  const older = readFileSync(path)
  await expect(saveSafetensors(path, { __metadata__: tensor([1]) })).rejects.toThrow('__metadata__')
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10_000)
    throw new Error('the device is gone')
  }
  await expect(writeWhole(path, broken())).rejects.toThrow('the device is gone')
  expect(readFileSync(path)).toEqual(older)
  await expect(saveSafetensors(join(folder, 'none', 'x'), state())).rejects.toThrow('ENOENT')
  // a folder cannot be replaced by a file: the rename fails
  await expect(saveSafetensors(folder, state())).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['weights.safetensors'])
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(basename(folder)))).toEqual([basename(folder)])
  expect(process.listenerCount('SIGINT')).toBe(listeners)
})

/** The modules that write files, compiled for a process of their own. */
async function compileTo(target: string): Promise<void> {
  for (const name of ['write-file', 'node-files']) {
    const file = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
    const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file)
    writeFileSync(join(target, `${name}.js`), code)
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}')
}

for (const ending of ["process.kill(process.pid, 'SIGINT')", 'process.exit(3)']) {
  test(`a program ended by ${ending} in the middle of a write leaves no temporary file`, async () => {
    const program = join(folder, 'program')
    const output = join(folder, 'output')
    for (const path of [program, output]) mkdirSync(path)
    await compileTo(program)
    const path = JSON.stringify(join(output, 'weights.safetensors'))
    const lines = [
      "import { readdirSync } from 'node:fs'",
      "import { writeWhole } from './write-file.js'",
      'async function* chunks() {',
      '  yield new Uint8Array(1000)',
      `  console.log(readdirSync(${JSON.stringify(output)}).length)`,
      `  ${ending}`,
      '  await new Promise((resolve) => setTimeout(resolve, 10_000))',
      '}',
      `await writeWhole(${path}, chunks())`,
    ]
    writeFileSync(join(program, 'main.js'), lines.join('\n'))
    const { status, signal, stdout } = spawnSync(process.execPath, [join(program, 'main.js')], { encoding: 'utf8' })
    expect(signal ?? status).toBe(ending.includes('SIGINT') ? 'SIGINT' : 3)
    expect(stdout).toBe('1\n')
    expect(readdirSync(output)).toEqual([])
  })
}
