// For kernel authors: the built kernels by themselves, without tensors.
//
//   import { open } from './scripts/try.mjs'
//   const { kernels, alloc, time } = await open('native:avx512', { threads: 1 })   // or native:avx2, wasm:relaxed, wasm:simd
//   const x = alloc(1000)           // { ptr, data: Float32Array }
//   kernels.someKernel(x.ptr, 1000)
//   console.log(time(() => kernels.someKernel(x.ptr, 1000)))   // median microseconds
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import v8 from 'node:v8'
import { Worker } from 'node:worker_threads'
import { declarations } from './codegen.mjs'
import { generatedFolder, packageFolder } from './sources.mjs'

const worker = `
const { workerData } = require('node:worker_threads')
const { exports } = new WebAssembly.Instance(workerData.module, { env: { memory: workerData.memory, poolStart() {}, poolNow: () => performance.now() } })
exports.__stack_pointer.value = workerData.stack
exports.poolWorker(workerData.thread)
`

/** @param {string} name @param {{ threads?: number, megabytes?: number }} [options] */
export async function open(name, { threads = 1, megabytes = 512 } = {}) {
  const [set, variant] = name.split(':')
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
  const memory = new WebAssembly.Memory({ initial: megabytes * 16, maximum: 65536, shared: true })
  const source = readFileSync(`${generatedFolder}wasm-${set === 'wasm' ? variant : 'simd'}.ts`, 'utf8')
  const module = new WebAssembly.Module(Buffer.from(source.match(/'([^']+)'/)[1], 'base64'))
  let stackTop = 0
  const poolStart = (n) => {
    for (let thread = 1; thread < n; thread++) {
      const stack = stackTop + thread * 262144
      new Worker(worker, { eval: true, workerData: { module, memory, stack, thread } }).unref()
    }
  }
  const { exports } = new WebAssembly.Instance(module, { env: { memory, poolStart, poolNow: () => performance.now() } })
  const base = Math.ceil(exports.__heap_base.value / 64) * 64
  stackTop = base + 4096
  let top = stackTop + 17 * 262144
  const { buffer } = memory
  const alloc = (n, Type = Float32Array) => {
    const ptr = top
    top = Math.ceil((top + n * Type.BYTES_PER_ELEMENT) / 64) * 64
    return { ptr, data: new Type(buffer, ptr, n) }
  }
  let kernels = exports
  if (set === 'native') {
    const addon = createRequire(import.meta.url)(
      `${packageFolder}../kernels-${process.platform}-${process.arch}/kernels.node`,
    )
    addon.attach(new Uint8Array(buffer), base, variant)
    addon.setThreads(threads)
    const [i32, f32, f64] = [new Int32Array(buffer), new Float32Array(buffer), new Float64Array(buffer)]
    kernels = Object.fromEntries(
      declarations().map(({ name: kernel, result, parameters }, id) => [
        kernel,
        (...args) => {
          parameters.forEach(({ kind }, i) => {
            if (kind === 'f32') f32[base / 4 + 2 * i] = args[i]
            else if (kind === 'f64') f64[base / 8 + i] = args[i]
            else i32[base / 4 + 2 * i] = args[i]
          })
          addon.run(id)
          return result === 'void' ? undefined : f64[base / 8]
        },
      ]),
    )
  } else exports.poolSetThreads(threads)
  /** Median microseconds of a call, after a warm-up. */
  const time = (call, { budget = 300 } = {}) => {
    const end = performance.now() + budget
    for (let i = 0; i < 3 || performance.now() < end - budget / 2; i++) call()
    const all = []
    while (all.length < 5 || performance.now() < end) {
      const t = performance.now()
      call()
      all.push(performance.now() - t)
    }
    all.sort((a, b) => a - b)
    return all[all.length >> 1] * 1000
  }
  return { kernels, alloc, time, memory }
}
