/**
 * `pnpm bench`: what an operation and a training step cost, in this process; beside PyTorch's with `--python PATH`.
 * `pnpm bench --memory`: resident memory over long training loops.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measure } from './measure.js'
import { asynchronousLoop, synchronousLoop } from './memory.js'
import { workloads } from './workloads.js'

interface Row {
  readonly workload: string
  readonly peer: string
  readonly medianUs: number
}

const usage = 'pnpm bench [--memory] [--python PATH]'

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

function parse(argv: readonly string[]): { memory: boolean; python: string | null } {
  let memory = false
  let python: string | null = null
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--memory') memory = true
    else if (argv[i] === '--python' && argv[i + 1] !== undefined) python = argv[++i]!
    else fail(`unknown argument '${argv[i]}'; usage: ${usage}`)
  }
  return { memory, python }
}

/** The same workloads in PyTorch, by the script beside this one. */
function pytorchRows(python: string): Row[] {
  const script = fileURLToPath(new URL('../src/pytorch.py', import.meta.url))
  const { status, stdout, stderr, error } = spawnSync(python, [script], { encoding: 'utf8' })
  if (status !== 0) fail(`--python ${python}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

function printTimes(python: string | null): void {
  const rows: Row[] = workloads.map(({ name, make }) => ({ workload: name, peer: 'tsorch', medianUs: measure(make()) }))
  const peer = python === null ? [] : pytorchRows(python)
  console.log(`| workload | tsorch us |${python === null ? '' : ' PyTorch us | PyTorch / tsorch |'}`)
  console.log(`|---|---|${python === null ? '' : '---|---|'}`)
  for (const { workload, medianUs } of rows) {
    const other = peer.find((row) => row.workload === workload)
    const ratio = other === undefined ? '' : (other.medianUs / medianUs).toFixed(1)
    const beside = other === undefined ? '' : ` ${other.medianUs.toFixed(2)} | ${ratio} |`
    console.log(`| ${workload} | ${medianUs.toFixed(2)} |${beside}`)
  }
}

async function printMemory(): Promise<void> {
  console.log('| loop | steps | MB after each fifth |')
  console.log('|---|---|---|')
  for (const row of [synchronousLoop(100_000), await asynchronousLoop(2_000)]) {
    console.log(`| ${row.loop} | ${row.steps} | ${row.megabytes.join(', ')} |`)
  }
}

const { memory, python } = parse(process.argv.slice(2))
if (memory) await printMemory()
else printTimes(python)
