import { arithmetic, loop, loopName, opTable } from './templates.mjs'

// Expressions in x. float32 is computed in double and rounded once by the store.
const float = {
  neg: '-x',
  abs: 'Math.abs(x)',
  // 0 for NaN, as PyTorch
  sign: 'x > 0 ? 1 : x < 0 ? -1 : 0',
  // keeps NaN
  relu: 'x < 0 ? 0 : x',
  floor: 'Math.floor(x)',
  ceil: 'Math.ceil(x)',
  round: 'roundHalfEven(x)',
  trunc: 'Math.trunc(x)',
  exp: 'Math.exp(x)',
  exp2: '2 ** x',
  expm1: 'Math.expm1(x)',
  log: 'Math.log(x)',
  log2: 'Math.log2(x)',
  log10: 'Math.log10(x)',
  log1p: 'Math.log1p(x)',
  sqrt: 'Math.sqrt(x)',
  rsqrt: '1 / Math.sqrt(x)',
  reciprocal: '1 / x',
  sin: 'Math.sin(x)',
  cos: 'Math.cos(x)',
  tan: 'Math.tan(x)',
  asin: 'Math.asin(x)',
  acos: 'Math.acos(x)',
  atan: 'Math.atan(x)',
  sinh: 'Math.sinh(x)',
  cosh: 'Math.cosh(x)',
  tanh: 'Math.tanh(x)',
  asinh: 'Math.asinh(x)',
  acosh: 'Math.acosh(x)',
  atanh: 'Math.atanh(x)',
  sigmoid: 'sigmoid(x)',
  erf: 'erf(x)',
  erfc: 'erfc(x)',
  erfinv: 'erfinv(x)',
  lgamma: 'lgamma(x)',
  digamma: 'digamma(x)',
}

// The store wraps to 32 bits.
const int32 = {
  neg: '-x',
  abs: 'x < 0 ? -x : x',
  sign: 'x > 0 ? 1 : x < 0 ? -1 : 0',
  relu: 'x < 0 ? 0 : x',
  bitwiseNot: '~x',
}

// Statements that set lo and hi from the words x0 (low) and x1 (high).
const int64 = {
  neg: 'lo = -x0 | 0\nhi = ~x1 + (x0 === 0 ? 1 : 0)',
  abs: 'lo = x1 < 0 ? -x0 | 0 : x0\nhi = x1 < 0 ? ~x1 + (x0 === 0 ? 1 : 0) : x1',
  sign: 'lo = x1 < 0 ? -1 : x0 === 0 && x1 === 0 ? 0 : 1\nhi = x1 >> 31',
  relu: 'lo = x1 < 0 ? 0 : x0\nhi = x1 < 0 ? 0 : x1',
  bitwiseNot: 'lo = ~x0\nhi = ~x1',
}

const imports = `import { Unary } from '../../dispatch/opcodes.js'
import type { UnaryLoop } from '../loops.js'
`

/** @returns {Record<string, string>} */
export function unaryFiles() {
  /** @type {Record<string, string>} */
  const files = {}
  const expressions = { f32: float, f64: float, i32: int32 }
  for (const [kind, table] of Object.entries(expressions)) {
    const { array } = arithmetic[/** @type {'f32'} */ (kind)]
    const entries = Object.entries(table)
    const loops = entries.map(([op, expression]) =>
      loop(
        loopName(op, kind),
        [
          ['o', array],
          ['x', array],
        ],
        `const x0 = x[xI]!\no[oI] = ${expression.replace(/\bx\b/g, 'x0')}`,
      ),
    )
    const special =
      kind === 'i32'
        ? ''
        : "import { digamma, erf, erfc, erfinv, lgamma, roundHalfEven, sigmoid } from '../special.js'\n"
    if (kind === 'i32') {
      // what bitwiseNot is for bool
      const text = loop(
        'logicalNot',
        [
          ['o', 'Uint8Array'],
          ['x', 'Uint8Array'],
        ],
        'o[oI] = x[xI]! === 0 ? 1 : 0',
      )
      loops.push(text.replace('function', 'export function'))
    }
    files[`unary-${kind}.ts`] =
      imports +
      special +
      loops.join('') +
      opTable(
        loopName('unary', kind),
        `UnaryLoop<${array}>`,
        'Unary',
        entries.map(([op]) => [op, loopName(op, kind)]),
      )
  }
  const entries = Object.entries(int64)
  files['unary-i64.ts'] =
    imports +
    entries
      .map(([op, statements]) => {
        const body = `const x0 = x[xI]!\nconst x1 = x[xI + 1]!\n${statements.replace(/\b(lo|hi) = /g, 'const $1 = ')}\no[oI] = lo\no[oI + 1] = hi`
        return loop(
          loopName(op, 'i64'),
          [
            ['o', 'Int32Array'],
            ['x', 'Int32Array'],
          ],
          body,
        )
      })
      .join('') +
    opTable(
      'unaryI64',
      'UnaryLoop<Int32Array>',
      'Unary',
      entries.map(([op]) => [op, loopName(op, 'i64')]),
    )
  return files
}
