// What the families' templates share: the four arithmetics, and the text of a loop.

/**
 * The arithmetics that loops are written for (`Compute` in dtype.ts).
 *
 * @typedef {{ name: string, array: string, words: number }} Arithmetic
 */

/** @type {Record<'f32' | 'f64' | 'i32' | 'i64', Arithmetic>} */
export const arithmetic = {
  f32: { name: 'f32', array: 'Float32Array', words: 1 },
  f64: { name: 'f64', array: 'Float64Array', words: 1 },
  i32: { name: 'i32', array: 'Int32Array', words: 1 },
  i64: { name: 'i64', array: 'Int32Array', words: 2 },
}

/** The ways elements are stored (`DType`), for loops that move elements without computing. */
export const storages = {
  f32: { array: 'Float32Array', words: 1 },
  f64: { array: 'Float64Array', words: 1 },
  u16: { array: 'Uint16Array', words: 1 },
  i8: { array: 'Int8Array', words: 1 },
  u8: { array: 'Uint8Array', words: 1 },
  i16: { array: 'Int16Array', words: 1 },
  i32: { array: 'Int32Array', words: 1 },
  i64: { array: 'Int32Array', words: 2 },
}

/** `add`, `f32` -> `addF32` */
export const loopName = (/** @type {string} */ op, /** @type {string} */ kind) =>
  op + kind[0]?.toUpperCase() + kind.slice(1)

/** Indents every line of a block of code. */
export const indent = (/** @type {string} */ code, depth = 2) =>
  code
    .trim()
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(depth * 2) + line))
    .join('\n')

/**
 * A function that runs `body` for n elements of strided operands. Each operand `[name, array]` gets the parameters
 * `name: array, nameI: number, nameS: number`: its array, the position of its first element and the step to the next.
 *
 * @param {string} name
 * @param {[string, string][]} operands
 * @param {string} body
 */
export function loop(name, operands, body) {
  const parameters = operands.flatMap(([x, array]) => [`  ${x}: ${array},`, `  ${x}I: number,`, `  ${x}S: number,`])
  const steps = operands.map(([x]) => `${x}I += ${x}S`)
  return `
function ${name}(
${parameters.join('\n')}
  n: number,
): void {
  for (let i = 0; i < n; i++, ${steps.join(', ')}) {
${indent(body)}
  }
}
`
}

/**
 * A table of loops by opcode.
 *
 * @param {string} table exported name
 * @param {string} type of an element
 * @param {string} codes the object of opcodes
 * @param {[string, string][]} entries opcode, function
 */
export function opTable(table, type, codes, entries) {
  return `
const loops: (${type} | undefined)[] = []
${entries.map(([op, fn]) => `loops[${codes}.${op}] = ${fn}`).join('\n')}

export const ${table}: readonly (${type} | undefined)[] = loops
`
}
