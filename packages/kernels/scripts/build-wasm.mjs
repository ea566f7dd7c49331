// Builds the kernels for WebAssembly and writes them, with the TypeScript bindings, to src/generated: needs nothing but npm.
//   node scripts/build-wasm.mjs            both variants, only what changed
//   node scripts/build-wasm.mjs --variant relaxed
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generateBindings } from './codegen.mjs'
import { cacheFolder, ccFolder, generatedFolder, hashOf, headers, includesOf, kernelSources } from './sources.mjs'

const variants = { simd: ['-msimd128'], relaxed: ['-msimd128', '-mrelaxed-simd'] }

const compileFlags = [
  '--target=wasm32',
  '-std=c++20',
  '-O3',
  '-ffreestanding',
  '-nostdlib',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-ffp-contract=on',
  '-fvisibility=hidden',
  '-matomics',
  '-mbulk-memory',
  '-mmutable-globals',
  '-Wall',
  '-Wno-unused-function',
]
const linkFlags = [
  '--target=wasm32',
  '-nostdlib',
  '-Wl,--no-entry',
  '-Wl,--import-memory',
  '-Wl,--shared-memory',
  '-Wl,--max-memory=4294967296',
  '-Wl,--stack-first',
  '-Wl,-z,stack-size=262144',
  '-Wl,--export=__stack_pointer',
  '-Wl,--export=__heap_base',
  '-Wl,--export=poolSetThreads',
  '-Wl,--export=poolWorker',
  '-Wl,--strip-all',
]

/** Writes whole files only: a build that is stopped leaves the old one. */
function write(path, content) {
  writeFileSync(`${path}.${process.pid}`, content)
  renameSync(`${path}.${process.pid}`, path)
}

async function compiler() {
  const runClang = (await import('@yowasp/clang')).commands['clang++']
  return async (args, files) => {
    let text = ''
    const stderr = (bytes) => {
      if (bytes !== null) text += new TextDecoder().decode(bytes)
    }
    try {
      const out = await runClang(args, files, { stdout: stderr, stderr, fetchProgress: () => {} })
      if (text !== '') process.stderr.write(text)
      return out
    } catch (error) {
      throw new Error(`clang ${args.at(-1)}:\n${text || error}`)
    }
  }
}

async function build(variant) {
  const all = headers()
  const sources = kernelSources()
  const texts = Object.fromEntries(sources.map((name) => [name, readFileSync(`${ccFolder}${name}`, 'utf8')]))
  const flags = [...compileFlags, ...variants[variant]]
  const keys = sources.map((name) =>
    hashOf([texts[name], ...includesOf(name, all).map((header) => all[header]), ...flags]),
  )
  const key = hashOf([...keys, ...linkFlags])
  const target = `${generatedFolder}wasm-${variant}.ts`
  const head = `// The kernels for WebAssembly (${variant}), made by scripts/build-wasm.mjs from ${key}.`
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(head)) return
  mkdirSync(cacheFolder, { recursive: true })
  mkdirSync(generatedFolder, { recursive: true })
  let clang = null
  const objects = {}
  for (const [i, name] of sources.entries()) {
    const cached = `${cacheFolder}${keys[i]}.o`
    if (!existsSync(cached)) {
      clang ??= await compiler()
      const folders = {}
      for (const [path, text] of Object.entries({ ...all, [name]: texts[name] })) {
        const [folder, file] = path.includes('/') ? path.split('/') : [null, path]
        if (folder === null) folders[file] = text
        else folders[folder] = { ...folders[folder], [file]: text }
      }
      const out = await clang([...flags, '-c', '-o', 'out.o', name], folders)
      write(cached, out['out.o'])
    }
    objects[`${i}.o`] = readFileSync(cached)
  }
  clang ??= await compiler()
  const out = await clang([...linkFlags, '-o', 'out.wasm', ...Object.keys(objects)], objects)
  const base64 = Buffer.from(out['out.wasm']).toString('base64')
  write(target, `${head}\nexport const wasm: string =\n  '${base64}'\n`)
}

/** One build at a time: whoever comes second waits, and finds its work done. */
async function lock() {
  mkdirSync(cacheFolder, { recursive: true })
  const file = `${cacheFolder}lock`
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      process.on('exit', () => rmSync(file, { force: true }))
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    try {
      const holder = Number(readFileSync(file, 'utf8'))
      if (holder > 0) process.kill(holder, 0)
    } catch (error) {
      // the holder is gone, or was stopped before it could tidy up
      if (error.code === 'ESRCH') rmSync(file, { force: true })
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Both variants at once, each in a process of its own: the compiler uses one core. */
async function buildAll() {
  await lock()
  generateBindings()
  const children = Object.keys(variants).map((variant) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--variant', variant], { stdio: 'inherit' })
    return new Promise((resolve) => child.on('close', resolve))
  })
  const codes = await Promise.all(children)
  if (codes.some((code) => code !== 0)) process.exit(1)
}

const at = process.argv.indexOf('--variant')
if (at < 0) await buildAll()
else {
  try {
    await build(process.argv[at + 1])
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
