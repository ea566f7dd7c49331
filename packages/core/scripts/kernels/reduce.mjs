import { arithmetic, loopName } from './templates.mjs'

// A row is folded in four independent chains, so that the next element does not wait for the last one.
const combine = {
  sum: ['r + v', 'a + b'],
  prod: ['r * v', 'a * b'],
  // NaN wins
  amax: ['v > r || v !== v ? v : r', 'b > a || b !== b ? b : a'],
  amin: ['v < r || v !== v ? v : r', 'b < a || b !== b ? b : a'],
}

/** @returns {Record<string, string>} */
export function reduceFiles() {
  /** @type {Record<string, string>} */
  const files = {}
  for (const kind of /** @type {const} */ (['f32', 'f64'])) {
    const { array } = arithmetic[kind]
    let text = `import { Reduce } from '../../dispatch/opcodes.js'\nimport type { ColumnLoop, RowLoop } from '../loops.js'\n`
    const entries = []
    for (const [op, [step, join]] of Object.entries(combine)) {
      const name = loopName(op, kind)
      entries.push(`rows[Reduce.${op}] = ${name}`)
      const chain = (/** @type {number} */ c) => step.replace(/\br\b/g, `r${c}`).replace(/\bv\b/g, `v${c}`)
      // amax keeps a NaN once it has one: nothing compares greater, and only another NaN replaces it
      const start = op === 'sum' ? '0' : op === 'prod' ? '1' : 'r0'
      text += `
function ${name}(x: ${array}, xI: number, xS: number, n: number, initial: number): number {
  let r0 = initial
  let r1 = ${start}
  let r2 = ${start}
  let r3 = ${start}
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const v0 = x[xI]!
    const v1 = x[xI + xS]!
    const v2 = x[xI + 2 * xS]!
    const v3 = x[xI + 3 * xS]!
    xI += 4 * xS
    r0 = ${chain(0)}
    r1 = ${chain(1)}
    r2 = ${chain(2)}
    r3 = ${chain(3)}
  }
  for (; i < n; i++, xI += xS) {
    const v0 = x[xI]!
    r0 = ${chain(0)}
  }
  return join${op}(join${op}(r0, r1), join${op}(r2, r3))
}

function join${op}(a: number, b: number): number {
  return ${join}
}
`
    }
    for (const [op, sign] of [
      ['sum', '+'],
      ['prod', '*'],
    ]) {
      const name = loopName(`${op}Columns`, kind)
      entries.push(`columns[Reduce.${op}] = ${name}`)
      text += `
function ${name}(acc: Float64Array, x: ${array}, xI: number, xS: number, n: number): void {
  for (let i = 0; i < n; i++, xI += xS) acc[i] = acc[i]! ${sign} x[xI]!
}
`
    }
    files[`reduce-${kind}.ts`] = `${text}
const rows: RowLoop<${array}>[] = []
const columns: (ColumnLoop<${array}> | undefined)[] = []
${entries.join('\n')}

export const ${loopName('rows', kind)}: readonly RowLoop<${array}>[] = rows
export const ${loopName('columns', kind)}: readonly (ColumnLoop<${array}> | undefined)[] = columns
`
  }
  return files
}
