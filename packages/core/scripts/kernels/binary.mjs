import { arithmetic, loop, loopName, opTable } from './templates.mjs'

const compare = { eq: 'a === b', ne: 'a !== b', lt: 'a < b', le: 'a <= b', gt: 'a > b', ge: 'a >= b' }

// Expressions in a and b. round() is what makes a double an element of the class: Math.fround for float32, nothing for float64.
const float = {
  add: 'a + b',
  sub: 'a - b',
  mul: 'a * b',
  div: 'a / b',
  divTrunc: 'Math.trunc(round(a / b))',
  divFloor: 'divFloor(a, b)',
  remainder: 'remainder(a, b)',
  fmod: 'a % b',
  pow: 'pow(a, b)',
  maximum: 'a !== a ? a : b !== b ? b : a < b ? b : a',
  minimum: 'a !== a ? a : b !== b ? b : b < a ? b : a',
  fmax: 'a !== a ? b : b !== b ? a : a < b ? b : a',
  fmin: 'a !== a ? b : b !== b ? a : b < a ? b : a',
  atan2: 'Math.atan2(a, b)',
  copysign: 'copysign(a, b)',
  hypot: 'hypot(a, b)',
  nextafter: 'nextafter(a, b)',
}

// The store wraps to 32 bits. Divisors are not zero here: the caller has looked.
const int32 = {
  add: 'a + b',
  sub: 'a - b',
  mul: 'Math.imul(a, b)',
  divTrunc: 'a / b',
  divFloor: 'Math.floor(a / b)',
  remainder: 'remainder(a, b)',
  fmod: 'a % b',
  pow: 'powInt32(a, b)',
  maximum: 'a < b ? b : a',
  minimum: 'b < a ? b : a',
  fmax: 'a < b ? b : a',
  fmin: 'b < a ? b : a',
  bitwiseAnd: 'a & b',
  bitwiseOr: 'a | b',
  bitwiseXor: 'a ^ b',
  shiftLeft: 'b < 0 || b > 31 ? 0 : a << b',
  shiftRight: 'a >> (b < 0 || b > 31 ? 31 : b)',
  gcd: 'gcd(a, b)',
}

// Statements in the words a0, a1, b0, b1 (low, high) that set lo and hi: what needs no more than 32-bit arithmetic.
const int64Words = {
  add: 'const sum = (a0 >>> 0) + (b0 >>> 0)\nlo = sum | 0\nhi = (a1 + b1 + (sum > 0xffffffff ? 1 : 0)) | 0',
  sub: 'const difference = (a0 >>> 0) - (b0 >>> 0)\nlo = difference | 0\nhi = (a1 - b1 - (difference < 0 ? 1 : 0)) | 0',
  maximum: 'const first = LESS(b, a)\nlo = first ? a0 : b0\nhi = first ? a1 : b1',
  minimum: 'const first = LESS(a, b)\nlo = first ? a0 : b0\nhi = first ? a1 : b1',
  fmax: 'const first = LESS(b, a)\nlo = first ? a0 : b0\nhi = first ? a1 : b1',
  fmin: 'const first = LESS(a, b)\nlo = first ? a0 : b0\nhi = first ? a1 : b1',
  bitwiseAnd: 'lo = a0 & b0\nhi = a1 & b1',
  bitwiseOr: 'lo = a0 | b0\nhi = a1 | b1',
  bitwiseXor: 'lo = a0 ^ b0\nhi = a1 ^ b1',
}
// Where both operands and the result are exact as doubles, an expression in a and b; else the named function of int64.ts.
const int64Doubles = {
  mul: ['a * b', 'mulInt64'],
  divTrunc: ['Math.trunc(quotient(a, b))', 'divTruncInt64'],
  divFloor: ['quotientFloor(a, b)', 'divFloorInt64'],
  remainder: ['remainder(a, b)', 'remainderInt64'],
  fmod: ['a % b', 'fmodInt64'],
  pow: ['powExact(a, b)', 'powInt64'],
  gcd: ['gcd(a, b)', 'gcdInt64'],
}
// Functions of int64.ts that do the whole element.
const int64Calls = { shiftLeft: 'shiftLeftInt64', shiftRight: 'shiftRightInt64' }

const int64Compare = {
  eq: 'a0 === b0 && a1 === b1',
  ne: 'a0 !== b0 || a1 !== b1',
  lt: 'LESS(a, b)',
  le: '!LESS(b, a)',
  gt: 'LESS(b, a)',
  ge: '!LESS(a, b)',
}

/** Replaces LESS(a, b) by the comparison of 64-bit words. */
const less = (/** @type {string} */ code) =>
  code.replace(/LESS\((\w), (\w)\)/g, '($11 < $21 || ($11 === $21 && $10 >>> 0 < $20 >>> 0))')

const imports = `import { Binary } from '../../dispatch/opcodes.js'
import type { BinaryLoop, CompareLoop } from '../loops.js'
`

/** @param {string} kind @param {[string, string][]} pairs loops as text, by opcode */
function file(kind, pairs, extraImports = '') {
  const { array } = arithmetic[/** @type {'f32'} */ (kind)]
  return (
    imports +
    extraImports +
    pairs.map(([, text]) => text).join('') +
    opTable(
      loopName('binary', kind),
      `BinaryLoop<${array}> | CompareLoop<${array}>`,
      'Binary',
      pairs.map(([op]) => [op, loopName(op, kind)]),
    )
  )
}

/** @param {string} kind @param {Record<string, string>} table @param {string} round */
function simple(kind, table, round) {
  const { array } = arithmetic[/** @type {'f32'} */ (kind)]
  /** @type {(op: string, expression: string, out: string) => [string, string]} */
  const make = (op, expression, out) => {
    const value = expression.replace(/\bround\(([^)]*)\)/g, round).replace(/\b([ab])\b/g, '$10')
    const body = `const a0 = a[aI]!\nconst b0 = b[bI]!\no[oI] = ${value}${out === 'Uint8Array' ? ' ? 1 : 0' : ''}`
    return [
      op,
      loop(
        loopName(op, kind),
        [
          ['o', out],
          ['a', array],
          ['b', array],
        ],
        body,
      ),
    ]
  }
  return [
    ...Object.entries(table).map(([op, e]) => make(op, e, array)),
    ...Object.entries(compare).map(([op, e]) => make(op, e, 'Uint8Array')),
  ]
}

function int64() {
  const operands = /** @type {[string, string][]} */ ([
    ['o', 'Int32Array'],
    ['a', 'Int32Array'],
    ['b', 'Int32Array'],
  ])
  const loads = 'const a0 = a[aI]!\nconst a1 = a[aI + 1]!\nconst b0 = b[bI]!\nconst b1 = b[bI + 1]!\n'
  /** @type {[string, string][]} */
  const pairs = []
  for (const [op, statements] of Object.entries(int64Words)) {
    const body = `${loads}${less(statements.replace(/^(lo|hi) = /gm, 'const $1 = '))}\no[oI] = lo\no[oI + 1] = hi`
    pairs.push([op, loop(loopName(op, 'i64'), operands, body)])
  }
  for (const [op, [expression, exact]] of Object.entries(int64Doubles)) {
    const body = `const a0 = a[aI + 1]! * 4294967296 + (a[aI]! >>> 0)
const b0 = b[bI + 1]! * 4294967296 + (b[bI]! >>> 0)
const r = ${expression?.replace(/\b([ab])\b/g, '$10')}
if (a0 <= MAX && a0 >= -MAX && b0 <= MAX && b0 >= -MAX && r <= MAX && r >= -MAX) {
  o[oI] = r
  o[oI + 1] = Math.floor(r / 4294967296)
} else {
  ${exact}(o, oI, a, aI, b, bI)
}`
    pairs.push([op, loop(loopName(op, 'i64'), operands, body)])
  }
  for (const [op, call] of Object.entries(int64Calls)) {
    pairs.push([op, loop(loopName(op, 'i64'), operands, `${call}(o, oI, a, aI, b, bI)`)])
  }
  for (const [op, expression] of Object.entries(int64Compare)) {
    const body = `${loads}o[oI] = ${less(expression)} ? 1 : 0`
    pairs.push([
      op,
      loop(
        loopName(op, 'i64'),
        [
          ['o', 'Uint8Array'],
          ['a', 'Int32Array'],
          ['b', 'Int32Array'],
        ],
        body,
      ),
    ])
  }
  return pairs
}

/** @returns {Record<string, string>} */
export function binaryFiles() {
  const floatImports = (/** @type {string} */ width) =>
    `import { copysign, divFloor${width} as divFloor, hypot, nextafter${width} as nextafter, pow, remainder } from '../arithmetic.js'\n`
  const exact = [...Object.values(int64Doubles).map(([, name]) => name), ...Object.values(int64Calls)].sort()
  return {
    'binary-f32.ts': file('f32', simple('f32', float, 'Math.fround($1)'), floatImports('32')),
    'binary-f64.ts': file('f64', simple('f64', float, '$1'), floatImports('64')),
    'binary-i32.ts': file(
      'i32',
      simple('i32', int32, '$1'),
      "import { gcd, powInt32, remainder } from '../arithmetic.js'\n",
    ),
    'binary-i64.ts': file(
      'i64',
      int64(),
      `import { gcd, powExact, quotient, quotientFloor, remainder } from '../arithmetic.js'
import { ${exact.join(', ')} } from '../int64.js'

const MAX = Number.MAX_SAFE_INTEGER
`,
    ),
  }
}
