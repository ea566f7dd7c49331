/** The command line of `pnpm bench`. */
import { parseArgs } from 'node:util'
import { LOADER_CASES } from './loader/report.js'
import { VIZ_CASES } from './viz/report.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

export const USAGE =
  'pnpm bench [--only W1,W5] [--sets ts,wasm,native] [--peers pytorch,tfjs,jax-js,js-pytorch] [--threads 1,2] ' +
  '[--python PATH] [--rounds N] [--seconds S] [--limit S] [--json FILE] [--md FILE] [--micro] [--list] ' +
  '| --loader [--only augment,train] | --viz [--only page,dead] | --profile [--only W5] [--sets SETS] [--threads 2] | --memory [--only LOOPS] [--sets SETS] [--paths napi,weakref,copyout] [--steps N]'

/** A mistake on the command line: told in one line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export const SETS = ['ts', 'wasm', 'native'] as const
export const PEERS = ['pytorch', 'tfjs', 'jax-js', 'js-pytorch'] as const
export const PATHS = ['napi', 'weakref', 'copyout'] as const
/** A kernel set, or one of its variants: `native:avx2`. */
export type SetChoice = SetName | `${SetName}:${string}`
/** The loops of `--memory`, with how many steps each makes. */
export const LOOPS = {
  loader: 5_000,
  block: 5_000,
  'last-batch': 5_000,
  'block-tidy': 5_000,
  raw: 100_000,
  'raw-sum': 100_000,
  'small-loader': 2_000,
} as const

export type SetName = (typeof SETS)[number]
export type JsPeerName = (typeof PEERS)[number]
export type PathName = (typeof PATHS)[number]
export type LoopName = keyof typeof LOOPS

/** What to do. */
export interface Options {
  readonly mode: 'time' | 'profile' | 'memory' | 'loader' | 'viz' | 'list'
  /** Workloads or loops, in order. */
  readonly only: readonly string[]
  /** Null for those that are there. */
  readonly sets: readonly SetChoice[] | null
  readonly peers: readonly JsPeerName[]
  /** Whether `--peers` names them, so that one that is missing is a mistake. */
  readonly peersGiven: boolean
  readonly threads: readonly number[]
  readonly python: string | null
  readonly rounds: number
  /** How long each case is measured in a round. */
  readonly seconds: number
  /** After this many seconds a case is killed; null for what each mode takes as enough. */
  readonly limit: number | null
  readonly json: string | null
  readonly md: string | null
  /** Null for what the kernel sets choose themselves. */
  readonly paths: readonly PathName[] | null
  /** Null for as many as each loop has. */
  readonly steps: number | null
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  return parseArgs({
    args: argv.filter((arg, i) => !(i === 0 && arg === '--')),
    options: {
      only: text,
      sets: text,
      peers: text,
      threads: text,
      python: text,
      rounds: text,
      seconds: text,
      limit: text,
      json: text,
      md: text,
      paths: text,
      steps: text,
      memory: flag,
      loader: flag,
      viz: flag,
      profile: flag,
      micro: flag,
      list: flag,
    },
  }).values
}

/** A list of known names, each once; `none` for none. */
function names<N extends string>(flag: string, given: string, known: readonly N[]): N[] {
  if (given === 'none') return []
  const list = [...new Set(given.split(',').map((name) => name.trim()))]
  const strange = list.find((name) => !known.includes(name as N))
  if (strange !== undefined) throw new UsageError(`--${flag}: unknown '${strange}', known: ${known.join(', ')}`)
  return list as N[]
}

/** Kernel sets, each alone or with a variant. */
function setsOf(given: string): SetChoice[] {
  if (given === 'none') return []
  const list = [...new Set(given.split(',').map((name) => name.trim()))]
  names('sets', list.map((name) => name.replace(/:[a-z0-9]+$/, '')).join(','), SETS)
  return list as SetChoice[]
}

function numberOf(flag: string, given: string, isWhole: boolean): number {
  const value = Number(given)
  if (given.trim() === '' || !(value > 0 && Number.isFinite(value)) || (isWhole && !Number.isInteger(value)))
    throw new UsageError(`--${flag}: expected a positive ${isWhole ? 'whole ' : ''}number, but got '${given}'`)
  return value
}

/** @throws UsageError for an unknown flag, name or number */
export function readArguments(argv: readonly string[]): Options {
  let values: ReturnType<typeof parse>
  try {
    values = parse(argv)
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/[\n.]/)[0]} (usage: ${USAGE})`)
  }
  const {
    loader = false,
    viz = false,
    memory = false,
    profile = false,
    micro = false,
    list = false,
    python = null,
    json = null,
    md = null,
  } = values
  const trainingIds = trainings.map(({ id }) => id)
  const microIds = micros.map(({ id }) => id)
  const known = loader ? LOADER_CASES : viz ? VIZ_CASES : memory ? Object.keys(LOOPS) : [...trainingIds, ...microIds]
  const all = memory || loader || viz ? known : micro ? microIds : trainingIds
  return {
    mode: list ? 'list' : loader ? 'loader' : viz ? 'viz' : memory ? 'memory' : profile ? 'profile' : 'time',
    only: values.only === undefined ? all : names('only', values.only, known),
    sets: values.sets === undefined ? null : setsOf(values.sets),
    peers: values.peers === undefined ? PEERS : names('peers', values.peers, PEERS),
    peersGiven: values.peers !== undefined,
    threads: (values.threads ?? '1,2').split(',').map((given) => numberOf('threads', given, true)),
    python,
    rounds: values.rounds === undefined ? 2 : numberOf('rounds', values.rounds, true),
    seconds: values.seconds === undefined ? 2 : numberOf('seconds', values.seconds, false),
    limit: values.limit === undefined ? null : numberOf('limit', values.limit, false),
    json,
    md,
    paths: values.paths === undefined ? null : names('paths', values.paths, PATHS),
    steps: values.steps === undefined ? null : numberOf('steps', values.steps, true),
  }
}
