// The TypeScript side of the kernels, from their declarations in cc/*.def: an interface with a method for each kernel, and the
// same for the native addon, which takes its arguments from slots in the heap.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { ccFolder, generatedFolder, hashOf } from './sources.mjs'

/** All kernels in the order of families.h. */
export function declarations() {
  const families = readFileSync(`${ccFolder}families.h`, 'utf8')
  const kernels = []
  for (const [, file] of families.matchAll(/^#include "([^"]+)"/gm)) {
    const text = readFileSync(`${ccFolder}${file}`, 'utf8')
    let comment = []
    let rest = text
    while (rest.length > 0) {
      const line = rest.slice(0, rest.indexOf('\n') + 1 || rest.length)
      if (line.startsWith('//')) {
        comment.push(line.slice(2).trim())
        rest = rest.slice(line.length)
      } else if (line.startsWith('KERNEL(')) {
        const match = rest.match(/^KERNEL\(\s*(\w+),\s*(\w+),\s*\(([^)]*)\)\s*\)\s*/)
        if (match === null) throw new Error(`${file}: cannot read the declaration at '${line.trim()}'`)
        const [all, result, name, parameters] = match
        kernels.push({ name, result, parameters: parse(file, name, parameters), comment: comment.join(' ') })
        comment = []
        rest = rest.slice(all.length)
      } else if (line.trim() === '') {
        comment = []
        rest = rest.slice(line.length)
      } else throw new Error(`${file}: expected a comment or KERNEL(...), got '${line.trim()}'`)
    }
  }
  return kernels
}

function parse(file, kernel, text) {
  const list = text
    .split(',')
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '' && part !== 'void')
  return list.map((part) => {
    const pointer = part.match(/^(?:const )?\w+\s?\* ?(\w+)$/)
    if (pointer !== null) return { name: pointer[1], kind: 'pointer' }
    const number = part.match(/^(i32|f32|f64) (\w+)$/)
    if (number === null)
      throw new Error(`${file}: ${kernel}: parameter '${part}' is neither a pointer nor i32, f32 or f64`)
    return { name: number[2], kind: number[1] }
  })
}

// names that no parameter can have
const store = { pointer: '$i32[$at', i32: '$i32[$at', f32: '$f32[$at', f64: '$f64[$half' }

function slot(kind, i) {
  const step = kind === 'f64' ? i : 2 * i
  return `${store[kind]}${step === 0 ? '' : ` + ${step}`}]`
}

/** What an addon must have been built from to be called by these bindings. */
export function tableHash() {
  return hashOf(declarations().map(({ name, result, parameters }) => JSON.stringify([name, result, parameters])))
}

/** Writes src/generated/kernels.ts. */
export function generateBindings() {
  const kernels = declarations()
  const lines = [
    '// Made from cc/*.def by scripts/codegen.mjs.',
    '',
    '/** Which kernels these are: a native addon says the same. */',
    `export const table: string = '${tableHash()}'`,
    '',
    '/** Byte address in the heap; 0 for none. */',
    'export type Pointer = number',
    '',
    '/** Every kernel. */',
    'export interface Kernels {',
  ]
  for (const { name, result, parameters, comment } of kernels) {
    if (comment !== '') lines.push(`  /** ${comment.replaceAll('*/', '* /')} */`)
    const typed = parameters.map((p) => `${p.name}: ${p.kind === 'pointer' ? 'Pointer' : 'number'}`)
    lines.push(`  ${name}(${typed.join(', ')}): ${result === 'void' ? 'void' : 'number'}`)
  }
  lines.push(
    '}',
    '',
    '/** Where the arguments of a native kernel go: 8-byte slots from element `at` of `i32` and `f32` on. */',
    'export interface Slots {',
    '  readonly i32: Int32Array',
    '  readonly f32: Float32Array',
    '  readonly f64: Float64Array',
    '  readonly at: number',
    '}',
    '',
    '/** The kernels as calls of `run(number)`. */',
    'export function nativeKernels(slots: Slots, $run: (kernel: number) => void): Kernels {',
    '  const { i32: $i32, f32: $f32, f64: $f64, at: $at } = slots',
    '  const $half = $at / 2',
    '  return {',
  )
  kernels.forEach(({ name, result, parameters }, id) => {
    lines.push(`    ${name}(${parameters.map((p) => p.name).join(', ')}) {`)
    parameters.forEach(({ name: parameter, kind }, i) => {
      lines.push(`      ${slot(kind, i)} = ${parameter}`)
    })
    lines.push(`      $run(${id})`)
    if (result !== 'void') lines.push('      return $f64[$half]!')
    lines.push('    },')
  })
  lines.push('  }', '}', '')
  mkdirSync(generatedFolder, { recursive: true })
  writeFileSync(`${generatedFolder}kernels.ts`, lines.join('\n'))
  // apart: loaded only where somebody asks what kernels were called with
  const names = kernels.map(({ name, parameters }) => {
    const list = parameters.map((p) => (p.kind === 'pointer' || p.name === 'at' ? '' : p.name))
    return `  ${name}: '${list.join(' ')}',`
  })
  const header = [
    '// Made from cc/*.def by scripts/codegen.mjs.',
    '',
    '/** Names of the parameters of each kernel; empty for addresses. */',
    'export const parameters: Readonly<Record<string, string>> = {',
  ]
  writeFileSync(`${generatedFolder}parameters.ts`, [...header, ...names, '}', ''].join('\n'))
}
