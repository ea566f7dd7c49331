import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readArguments, runCommand, UsageError } from '../src/arguments.js'
import { groupNames, readDrift, readGroup, readJson } from '../src/folder.js'

const folder = mkdtempSync(join(tmpdir(), 'tsorch-golden-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (...args: string[]) => readArguments('pnpm golden DIR', args)

test('a folder, and options', () => {
  expect(read(folder)).toEqual({ folder, set: undefined, threads: undefined, groups: undefined, json: undefined })
  expect(read('--set', 'ts', folder, '--group', 'ops.unary,errors', '--json', 'out.json')).toEqual({
    folder,
    set: 'ts',
    threads: undefined,
    groups: ['ops.unary', 'errors'],
    json: 'out.json',
  })
})

test.each([
  [[], 'no folder given'],
  [['--group'], 'group'],
  [['--fast', folder], '--fast'],
  [[folder, 'second'], 'one folder at a time'],
  [[join(folder, 'missing')], 'is no folder'],
])('%j is a mistake, told in one line', (args, message) => {
  expect(() => read(...args)).toThrow(UsageError)
  expect(() => read(...args)).toThrow(message)
  try {
    read(...args)
  } catch (error) {
    expect((error as Error).message).not.toContain('\n')
  }
})

test('exit codes: 0, 1 for a failure, 2 for a mistake', async () => {
  const before = process.exitCode
  const codes: unknown[] = []
  for (const command of [
    async () => ({ failed: 0 }),
    async () => ({ failed: 3 }),
    async () => {
      throw new UsageError('wrong')
    },
  ]) {
    await runCommand(command)
    codes.push(process.exitCode)
  }
  process.exitCode = before
  expect(codes).toEqual([0, 1, 2])
})

test('groups are pairs of files; damaged ones are named', () => {
  const header = '{}'
  const tensors = Buffer.alloc(8 + header.length)
  tensors.writeBigUInt64LE(BigInt(header.length))
  tensors.write(header, 8)
  writeFileSync(join(folder, 'a.json'), JSON.stringify({ group: 'a', default_tol: {}, cases: [{ id: '1' }] }))
  writeFileSync(join(folder, 'a.safetensors'), tensors)
  writeFileSync(join(folder, 'b.json'), '{"group": ')
  writeFileSync(join(folder, 'b.safetensors'), tensors)
  writeFileSync(join(folder, 'c.json'), '{}')
  writeFileSync(join(folder, 'drift.torch-2.json'), '{"cases": {"1": {"text": "new"}}}')
  expect(groupNames(folder)).toEqual(['a', 'b'])
  const drift = readDrift(folder)
  expect(readGroup(folder, 'a', drift).drift.cases).toEqual({ '1': { text: 'new' } })
  expect(() => readGroup(folder, 'b', drift)).toThrow(UsageError)
  writeFileSync(join(folder, 'a.safetensors'), 'short')
  expect(() => readGroup(folder, 'a', drift)).toThrow('too few for a header')
  expect(() => readJson(join(folder, 'none.json'))).toThrow(UsageError)
})
