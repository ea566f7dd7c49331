/** `pnpm bench`: what an operation and a training step cost, in this process; beside PyTorch's with `--python PATH`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measure } from './measure.js'
import { workloads } from './workloads.js'

interface Row {
  readonly workload: string
  readonly peer: string
  readonly medianUs: number
}

function pythonFrom(argv: readonly string[]): string | null {
  if (argv.length === 0) return null
  if (argv.length === 2 && argv[0] === '--python') return argv[1]!
  console.error(`unknown arguments '${argv.join(' ')}'; usage: pnpm bench [--python PATH]`)
  process.exit(2)
}

/** The same workloads in PyTorch, by the script beside this one. */
function pytorchRows(python: string): Row[] {
  const script = fileURLToPath(new URL('../src/pytorch.py', import.meta.url))
  const { status, stdout, stderr } = spawnSync(python, [script], { encoding: 'utf8' })
  if (status !== 0) {
    console.error(`--python ${python}: ${stderr.trim().split('\n').at(-1) ?? 'did not run'}`)
    process.exit(2)
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

const python = pythonFrom(process.argv.slice(2))
const rows: Row[] = workloads.map(({ name, make }) => ({ workload: name, peer: 'tsorch', medianUs: measure(make()) }))
const peer = python === null ? [] : pytorchRows(python)
console.log(`| workload | tsorch us |${python === null ? '' : ' PyTorch us | PyTorch / tsorch |'}`)
console.log(`|---|---|${python === null ? '' : '---|---|'}`)
for (const { workload, medianUs } of rows) {
  const other = peer.find((row) => row.workload === workload)
  const beside =
    other === undefined ? '' : ` ${other.medianUs.toFixed(2)} | ${(other.medianUs / medianUs).toFixed(1)} |`
  console.log(`| ${workload} | ${medianUs.toFixed(2)} |${beside}`)
}
