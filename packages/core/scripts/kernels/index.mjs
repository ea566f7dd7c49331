import { arithmetic, loopName, storages } from './templates.mjs'

const parameters = (/** @type {string[]} */ list) => list.map((p) => `  ${p}: number,`).join('\n')

// The index at each place counts steps of xD (gather) or oD (scatter). Indices are in range, so their low words tell all.
const gather = (/** @type {string} */ name, /** @type {string} */ array, /** @type {number} */ words) => `
function ${name}(
  o: ${array},
${parameters(['oI', 'oS'])}
  x: ${array},
${parameters(['xI', 'xS', 'xD'])}
  index: Int32Array,
${parameters(['indexI', 'indexS', 'n'])}
): void {
  for (let i = 0; i < n; i++, oI += oS, xI += xS, indexI += indexS) {
    ${
      words === 1
        ? 'o[oI] = x[xI + index[indexI]! * xD]!'
        : `const from = xI + index[indexI]! * xD
    o[oI] = x[from]!
    o[oI + 1] = x[from + 1]!`
    }
  }
}
`

const scatter = (/** @type {string} */ name, /** @type {string} */ array, /** @type {string} */ body) => `
function ${name}(
  o: ${array},
${parameters(['oI', 'oS', 'oD'])}
  x: ${array},
${parameters(['xI', 'xS'])}
  index: Int32Array,
${parameters(['indexI', 'indexS', 'n'])}
): void {
  for (let i = 0; i < n; i++, oI += oS, xI += xS, indexI += indexS) {
    const to = oI + index[indexI]! * oD
${body
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
  }
}
`

/** What scatter does with the element a that is there and the new one b: expressions, or int64 by its loop of one element. */
/** @type {Record<string, { f: string, i: string, loop: string }>} */
const combine = {
  add: { f: 'a + b', i: 'a + b', loop: 'add' },
  mul: { f: 'a * b', i: 'Math.imul(a, b)', loop: 'mul' },
  amax: { f: 'a !== a || a >= b ? a : b', i: 'a < b ? b : a', loop: 'maximum' },
  amin: { f: 'a !== a || a <= b ? a : b', i: 'b < a ? b : a', loop: 'minimum' },
}

/** @returns {Record<string, string>} */
export function indexFiles() {
  let gathers = "import type { GatherLoop } from '../loops.js'\n"
  let scatters = `import { Binary, ScatterMode } from '../../dispatch/opcodes.js'
import type { BinaryLoop, ScatterLoop } from '../loops.js'
import { binaryI64 } from './binary-i64.js'
`
  const moves = Object.entries(storages)
  for (const [kind, { array, words }] of moves) {
    gathers += gather(loopName('gather', kind), array, words)
    const set = words === 1 ? 'o[to] = x[xI]!' : 'o[to] = x[xI]!\no[to + 1] = x[xI + 1]!'
    scatters += scatter(loopName('set', kind), array, set)
  }
  const entries = []
  for (const [kind, { array, words }] of Object.entries(arithmetic)) {
    const table = []
    for (const [mode, { f, i, loop }] of Object.entries(combine)) {
      const name = loopName(mode, kind)
      table.push(`table[ScatterMode.${mode}] = ${name} as ScatterLoop`)
      const body =
        words === 2
          ? `${mode}Word(o, to, 0, o, to, 0, x, xI, 0, 1)`
          : `const a = o[to]!\nconst b = x[xI]!\no[to] = ${kind === 'i32' ? i : f}`
      if (words === 2) scatters += `\nconst ${mode}Word = binaryI64[Binary.${loop}] as BinaryLoop<Int32Array>\n`
      scatters += scatter(name, array, body)
    }
    entries.push(`function ${kind}Loops(): ScatterLoop[] {
  const table: ScatterLoop[] = []
  ${table.join('\n  ')}
  return table
}
`)
  }
  const record = (/** @type {string} */ op, /** @type {string} */ type) =>
    `{\n${moves.map(([kind]) => `  ${kind}: ${loopName(op, kind)} as ${type},`).join('\n')}\n}`
  const kinds = moves.map(([kind]) => `'${kind}'`).join(' | ')
  return {
    'gather.ts': `${gathers}
/** By storage form. */
export const gatherLoops: Record<${kinds}, GatherLoop> = ${record('gather', 'GatherLoop')}
`,
    'scatter.ts': `${scatters}
/** Scatter that replaces, by storage form. */
export const setLoops: Record<${kinds}, ScatterLoop> = ${record('set', 'ScatterLoop')}

${entries.join('\n')}
/** Scatter that combines, by \`Compute\` class, by mode. */
export const scatterLoops: readonly (readonly ScatterLoop[])[] = [
${Object.keys(arithmetic)
  .map((kind) => `  ${kind}Loops(),`)
  .join('\n')}
]
`,
  }
}
