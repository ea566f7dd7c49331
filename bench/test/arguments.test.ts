import { expect, test } from 'vitest'
import { LOOPS, readArguments, UsageError } from '../src/arguments.js'
import { VIZ_CASES } from '../src/viz/report.js'

test('without arguments: every training workload, all peers, one and two threads', () => {
  const options = readArguments([])
  expect(options.mode).toBe('time')
  expect(options.only).toEqual(['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9', 'W10', 'W11', 'W12'])
  expect(options.peers).toEqual(['pytorch', 'tfjs', 'jax-js', 'js-pytorch'])
  expect(options.threads).toEqual([1, 2])
  expect([options.sets, options.peersGiven, options.python, options.json, options.md]).toEqual([
    null,
    false,
    null,
    null,
    null,
  ])
})

test('lists, numbers and files', () => {
  const options = readArguments(
    '--only W5,W1,W5 --sets ts,native:avx2 --peers jax-js,pytorch --threads 1 --python /p --rounds 3 --seconds 0.5 --limit 9 --json a --md b'.split(
      ' ',
    ),
  )
  expect(options).toMatchObject({
    only: ['W5', 'W1'],
    sets: ['ts', 'native:avx2'],
    peers: ['jax-js', 'pytorch'],
    peersGiven: true,
    threads: [1],
    python: '/p',
    rounds: 3,
    seconds: 0.5,
    limit: 9,
    json: 'a',
    md: 'b',
  })
})

test('none stands for an empty list', () => {
  expect(readArguments(['--peers', 'none', '--sets', 'none'])).toMatchObject({ peers: [], sets: [] })
})

test('modes', () => {
  expect(readArguments(['--list']).mode).toBe('list')
  expect(readArguments(['--memory'])).toMatchObject({ mode: 'memory', only: Object.keys(LOOPS) })
  expect(readArguments(['--memory', '--only', 'raw', '--paths', 'napi,copyout', '--steps', '50'])).toMatchObject({
    only: ['raw'],
    paths: ['napi', 'copyout'],
    steps: 50,
  })
  expect(readArguments(['--viz'])).toMatchObject({ mode: 'viz', only: VIZ_CASES })
  expect(readArguments(['--viz', '--only', 'dead'])).toMatchObject({ mode: 'viz', only: ['dead'] })
  const { only } = readArguments(['--micro'])
  expect(only).toContain('matmul-1024')
  expect(only).not.toContain('W1')
  expect(readArguments(['--only', 'tiny-recorded,W1']).only).toEqual(['tiny-recorded', 'W1'])
})

test.each([
  [['--fast'], '--fast'],
  [['W1'], 'W1'],
  [['--only'], '--only'],
  [['--only', 'W13'], "unknown 'W13'"],
  [['--only', ''], "unknown ''"],
  [['--memory', '--only', 'W1'], "unknown 'W1'"],
  [['--sets', 'cuda'], "unknown 'cuda'"],
  [['--sets', 'ts:'], "unknown 'ts:'"],
  [['--peers', 'numpy'], "unknown 'numpy'"],
  [['--paths', 'gc'], "unknown 'gc'"],
  [['--threads', '1,0'], "'0'"],
  [['--threads', 'two'], "'two'"],
  [['--rounds', '1.5'], "'1.5'"],
  [['--seconds', '-1'], '--seconds'],
  [['--limit', 'Infinity'], "'Infinity'"],
])('%j is a mistake, told in one line', (args, message) => {
  let told = ''
  try {
    readArguments(args)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    told = (error as Error).message
  }
  expect(told).toContain(message)
  expect(told).not.toContain('\n')
})
