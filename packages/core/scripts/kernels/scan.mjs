import { arithmetic, loopName } from './templates.mjs'

// Along one row. The value of an int64 is two words; the others are one.
const order = {
  max: {
    float: 'v > best || v !== v',
    later: 'v >= best || v !== v',
    less: 'b1 < v1 || (b1 === v1 && b0 >>> 0 < v0 >>> 0)',
  },
  min: {
    float: 'v < best || v !== v',
    later: 'v <= best || v !== v',
    less: 'v1 < b1 || (b1 === v1 && v0 >>> 0 < b0 >>> 0)',
  },
}

const header = (/** @type {string} */ name, /** @type {string} */ array, indices = false) => `
function ${name}(
  o: ${array},
  oI: number,
  oS: number,
  x: ${array},
  xI: number,
  xS: number,${indices ? '\n  index: Int32Array,\n  indexI: number,\n  indexS: number,' : ''}
  n: number,
): void {`

/** Running sum or product: float32 in float64, as PyTorch. */
function accumulate(/** @type {string} */ op, /** @type {string} */ kind, /** @type {string} */ array) {
  const step = {
    sum: { i32: '(total + x[xI]!) | 0', float: 'total + x[xI]!' },
    prod: { i32: 'Math.imul(total, x[xI]!)', float: 'total * x[xI]!' },
  }[op]
  return `${header(loopName(`cum${op}`, kind), array)}
  let total = ${op === 'sum' ? 0 : 1}
  for (let i = 0; i < n; i++, oI += oS, xI += xS) {
    total = ${kind === 'i32' ? step?.i32 : step?.float}
    o[oI] = total
  }
}
`
}

/** The same for int64: the two-operand loop whose first operand is the element before. */
const accumulateWide = (/** @type {string} */ op, /** @type {string} */ loop) => `
const ${loop}Word = binaryI64[Binary.${loop}] as BinaryLoop<Int32Array>
${header(`cum${op}I64`, 'Int32Array')}
  o[oI] = x[xI]!
  o[oI + 1] = x[xI + 1]!
  ${loop}Word(o, oI + oS, oS, o, oI, oS, x, xI + xS, xS, n - 1)
}
`

/** Running extreme and its position: the latest of equals; NaN stays once it came. */
function extreme(/** @type {'max' | 'min'} */ op, /** @type {string} */ kind, /** @type {string} */ array) {
  return `${header(loopName(`cum${op}`, kind), array, true)}
  let best = x[xI]!
  let at = 0
  for (let i = 0; i < n; i++, oI += oS, xI += xS, indexI += indexS) {
    const v = x[xI]!
    if (${order[op].later}) {
      best = v
      at = i
    }
    o[oI] = best
    index[indexI] = at
    index[indexI + 1] = 0
  }
}
`
}

const extremeWide = (/** @type {'max' | 'min'} */ op) => `${header(`cum${op}I64`, 'Int32Array', true)}
  let b0 = x[xI]!
  let b1 = x[xI + 1]!
  let at = 0
  for (let i = 0; i < n; i++, oI += oS, xI += xS, indexI += indexS) {
    const v0 = x[xI]!
    const v1 = x[xI + 1]!
    if ((v0 === b0 && v1 === b1) || ${order[op].less}) {
      b0 = v0
      b1 = v1
      at = i
    }
    o[oI] = b0
    o[oI + 1] = b1
    index[indexI] = at
    index[indexI + 1] = 0
  }
}
`

/** Position of the extreme: the first of equals, the first NaN if there is one. */
const argument = (/** @type {'max' | 'min'} */ op, /** @type {string} */ kind, /** @type {string} */ array) => `
function ${loopName(`arg${op}`, kind)}(x: ${array}, xI: number, xS: number, n: number): number {
  let best = x[xI]!
  let at = 0
  for (let i = 0; i < n; i++, xI += xS) {
    const v = x[xI]!
    if (${order[op].float}) {
      if (v !== v) return i
      best = v
      at = i
    }
  }
  return at
}
`

const argumentWide = (/** @type {'max' | 'min'} */ op) => `
function arg${op}I64(x: Int32Array, xI: number, xS: number, n: number): number {
  let b0 = x[xI]!
  let b1 = x[xI + 1]!
  let at = 0
  for (let i = 0; i < n; i++, xI += xS) {
    const v0 = x[xI]!
    const v1 = x[xI + 1]!
    if (${order[op].less}) {
      b0 = v0
      b1 = v1
      at = i
    }
  }
  return at
}
`

const ops = /** @type {const} */ (['max', 'min'])

/** @returns {Record<string, string>} */
export function scanFiles() {
  let scans = `import { Binary } from '../../dispatch/opcodes.js'
import type { BinaryLoop, CopyLoop, ExtremeLoop } from '../loops.js'
import { binaryI64 } from './binary-i64.js'
`
  let argumentsText = "import type { ArgumentLoop } from '../loops.js'\n"
  const kinds = Object.entries(arithmetic)
  for (const [kind, { array, words }] of kinds) {
    scans +=
      words === 2
        ? accumulateWide('sum', 'add') + accumulateWide('prod', 'mul')
        : accumulate('sum', kind, array) + accumulate('prod', kind, array)
    for (const op of ops) {
      scans += words === 2 ? extremeWide(op) : extreme(op, kind, array)
      argumentsText += words === 2 ? argumentWide(op) : argument(op, kind, array)
    }
  }
  const rows = (/** @type {string[]} */ names, /** @type {string} */ type) =>
    kinds.map(([kind]) => `  [${names.map((op) => `${loopName(op, kind)} as ${type}`).join(', ')}],`).join('\n')
  return {
    'scan.ts': `${scans}
/** cumsum, cumprod, by \`Compute\` class. */
export const accumulateLoops: readonly (readonly CopyLoop[])[] = [
${rows(['cumsum', 'cumprod'], 'CopyLoop')}
]

/** cummax, cummin, by \`Compute\` class. */
export const extremeLoops: readonly (readonly ExtremeLoop[])[] = [
${rows(['cummax', 'cummin'], 'ExtremeLoop')}
]
`,
    'arg-reduce.ts': `${argumentsText}
/** argmax, argmin, by \`Compute\` class. */
export const argumentLoops: readonly (readonly ArgumentLoop[])[] = [
${rows(['argmax', 'argmin'], 'ArgumentLoop')}
]
`,
  }
}
