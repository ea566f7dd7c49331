// Builds the native addon of this machine's platform into packages/kernels-PLATFORM/kernels.node with the system's C++ compiler
// (CXX, else c++). Without a compiler, or on a platform without a package, it says so and changes nothing: WebAssembly serves.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import { tableHash } from './codegen.mjs'
import {
  addonSources,
  cacheFolder,
  ccFolder,
  hashOf,
  headers,
  includesOf,
  kernelSources,
  packageFolder,
} from './sources.mjs'

const required = process.argv.includes('--required')

function give(message) {
  console.error(`native kernels: ${message}; WebAssembly serves`)
  process.exit(required ? 1 : 0)
}

const platform = `${process.platform}-${process.arch}`
const target = `${packageFolder}../kernels-${platform}/`
if (!existsSync(`${target}package.json`)) give(`there is no package for ${platform}`)

const compiler = process.env.CXX ?? (process.platform === 'win32' ? 'clang++' : 'c++')
const version = spawnSync(compiler, ['--version'], { encoding: 'utf8' })
if (version.status !== 0) give(`no C++ compiler '${compiler}'`)

const x64 = {
  avx512: ['-march=x86-64-v4', '-mprefer-vector-width=512'],
  avx2: ['-march=x86-64-v3'],
}
const arm64 = { neon: ['-march=armv8-a'] }
const variants = process.arch === 'x64' ? x64 : arm64
const gcc = !/clang/.test(version.stdout)
const common = ['-std=c++20', '-O3', '-fPIC', '-fno-math-errno', '-fno-trapping-math', '-fvisibility=hidden', '-Wall']
const kernelFlags = [
  ...common,
  '-fno-exceptions',
  '-fno-rtti',
  '-ffp-contract=fast',
  '-Wno-psabi',
  '-Wno-unused-function',
  ...(gcc
    ? ['-fno-semantic-interposition', '-Wno-unknown-pragmas', '-Wno-ignored-attributes', '-Wno-uninitialized']
    : []),
]
const nodeHeaders = createRequire(import.meta.url)('node-api-headers').include_dir
const addonFlags = [
  ...common,
  `-DTABLE="${tableHash()}"`,
  `-I${nodeHeaders}`,
  `-DVARIANTS(X)=${Object.keys(variants)
    .map((name) => `X(${name})`)
    .join(' ')}`,
]

/** @type {{ source: string, flags: string[] }[]} */
const units = []
for (const source of kernelSources()) {
  // the pool is shared by all variants
  if (source === 'pool.cc') units.push({ source, flags: common })
  else
    for (const [name, flags] of Object.entries(variants))
      units.push({ source, flags: [...kernelFlags, ...flags, `-DVARIANT=${name}`] })
}
for (const source of addonSources()) {
  if (source === 'napi/table.cc')
    for (const name of Object.keys(variants))
      units.push({ source, flags: [...common, '-fno-rtti', `-DVARIANT=${name}`] })
  else units.push({ source, flags: addonFlags })
}

const all = headers()
mkdirSync(cacheFolder, { recursive: true })
const { spawn } = await import('node:child_process')
const objects = units.map(({ source, flags }) => {
  const text = readFileSync(`${ccFolder}${source}`, 'utf8')
  const key = hashOf([version.stdout, text, ...includesOf(source, all).map((name) => all[name]), ...flags])
  return { source, flags, object: `${cacheFolder}${key}.native.o` }
})

/** @param {string[]} args */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(compiler, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('close', resolve)
    child.on('error', () => resolve(1))
  })
}

const waiting = objects.filter(({ object }) => !existsSync(object))
let failed = false
async function worker() {
  for (let unit = waiting.shift(); unit !== undefined && !failed; unit = waiting.shift()) {
    const part = `${unit.object}.${process.pid}`
    const status = await run([...unit.flags, '-c', `${ccFolder}${unit.source}`, '-o', part])
    if (status === 0) renameSync(part, unit.object)
    else failed = true
  }
}
await Promise.all(Array.from({ length: Math.max(1, os.availableParallelism()) }, worker))
if (failed) {
  console.error('native kernels: the compiler refused a source, see above')
  process.exit(1)
}

const link = ['-shared', '-o', `${target}kernels.node.${process.pid}`, ...objects.map(({ object }) => object)]
if (process.platform === 'darwin') link.push('-undefined', 'dynamic_lookup')
else if (process.platform === 'linux')
  link.push('-static-libstdc++', '-static-libgcc', '-Wl,--gc-sections', '-s', '-pthread')
if ((await run(link)) !== 0) process.exit(1)
renameSync(`${target}kernels.node.${process.pid}`, `${target}kernels.node`)
