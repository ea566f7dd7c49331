import { indent, loop } from './templates.mjs'

/** @typedef {'float' | 'integer' | 'int64'} Group how a loaded element is held: a double, an int32, or two words lo and hi */
/** @type {Record<string, { array: string, group: Group, load: string }>} */
const dtypes = {
  float32: { array: 'Float32Array', group: 'float', load: 'const v = x[xI]!' },
  float64: { array: 'Float64Array', group: 'float', load: 'const v = x[xI]!' },
  float16: { array: 'Uint16Array', group: 'float', load: 'const v = float16ToNumber(x[xI]!)' },
  bfloat16: { array: 'Uint16Array', group: 'float', load: 'const v = bfloat16ToNumber(x[xI]!)' },
  int8: { array: 'Int8Array', group: 'integer', load: 'const v = x[xI]!' },
  uint8: { array: 'Uint8Array', group: 'integer', load: 'const v = x[xI]!' },
  int16: { array: 'Int16Array', group: 'integer', load: 'const v = x[xI]!' },
  int32: { array: 'Int32Array', group: 'integer', load: 'const v = x[xI]!' },
  int64: { array: 'Int32Array', group: 'int64', load: 'const lo = x[xI]!\nconst hi = x[xI + 1]!' },
  bool: { array: 'Uint8Array', group: 'integer', load: 'const v = x[xI]!' },
}

// What a value of another group becomes. Stores into integer arrays truncate and wrap. A float outside the range of the
// machine's conversion gives its "indefinite" value, the lowest integer, whose low bits are 0: that is what PyTorch gives.
const inRange32 = 'v > -2147483649 && v < 2147483648'
/** @type {Record<string, Record<Group, string>>} */
const stores = {
  float32: { float: 'o[oI] = v', integer: 'o[oI] = v', int64: 'o[oI] = int64ToFloat32(lo, hi)' },
  float64: { float: 'o[oI] = v', integer: 'o[oI] = v', int64: 'o[oI] = hi * 4294967296 + (lo >>> 0)' },
  float16: {
    float: 'o[oI] = numberToFloat16(v)',
    integer: 'o[oI] = numberToFloat16(v)',
    int64: 'o[oI] = numberToFloat16(int64ToFloat32(lo, hi))',
  },
  bfloat16: {
    float: 'o[oI] = numberToBfloat16(v)',
    integer: 'o[oI] = numberToBfloat16(v)',
    int64: 'o[oI] = numberToBfloat16(int64ToFloat32(lo, hi))',
  },
  int8: { float: `o[oI] = ${inRange32} ? v : 0`, integer: 'o[oI] = v', int64: 'o[oI] = lo' },
  // by way of int64, unlike the signed types
  uint8: {
    float: 'o[oI] = v >= -9223372036854775808 && v < 9223372036854775808 ? v : 0',
    integer: 'o[oI] = v',
    int64: 'o[oI] = lo',
  },
  int16: { float: `o[oI] = ${inRange32} ? v : 0`, integer: 'o[oI] = v', int64: 'o[oI] = lo' },
  int32: { float: `o[oI] = ${inRange32} ? v : -2147483648`, integer: 'o[oI] = v', int64: 'o[oI] = lo' },
  int64: {
    float: `if (v >= -9223372036854775808 && v < 9223372036854775808) {
  const t = Math.trunc(v)
  o[oI] = t
  o[oI + 1] = Math.floor(t / 4294967296)
} else {
  o[oI] = 0
  o[oI + 1] = -2147483648
}`,
    integer: 'o[oI] = v\no[oI + 1] = v >> 31',
    int64: 'o[oI] = lo\no[oI + 1] = hi',
  },
  bool: {
    float: 'o[oI] = v !== 0 ? 1 : 0',
    integer: 'o[oI] = v !== 0 ? 1 : 0',
    int64: 'o[oI] = (lo | hi) !== 0 ? 1 : 0',
  },
}

const title = (/** @type {string} */ name) => name[0]?.toUpperCase() + name.slice(1)
const functions = {
  '../half.js': ['bfloat16ToNumber', 'float16ToNumber', 'numberToBfloat16', 'numberToFloat16'],
  '../int64.js': ['int64ToFloat32'],
}

/** @returns {Record<string, string>} */
export function copyFiles() {
  /** @type {Record<string, string>} */
  const files = {}
  for (const [from, { array, group, load }] of Object.entries(dtypes)) {
    let text = ''
    const names = []
    for (const [to, target] of Object.entries(dtypes)) {
      const name = `copy${title(from)}To${title(to)}`
      // of one dtype the bits are moved as they are
      const body =
        from === to && group !== 'int64' ? 'o[oI] = x[xI]!' : `${load}\n${/** @type {any} */ (stores)[to][group]}`
      text += loop(
        name,
        [
          ['o', target.array],
          ['x', array],
        ],
        body,
      )
      names.push(`${name} as CopyLoop`)
    }
    const imports = Object.entries(functions)
      .map(([path, all]) => [path, all.filter((f) => text.includes(`${f}(`)).join(', ')])
      .filter(([, used]) => used !== '')
      .map(([path, used]) => `import { ${used} } from '${path}'\n`)
    files[`copy-${from}.ts`] = `import type { CopyLoop } from '../loops.js'\n${imports.join('')}${text}
/** To each dtype, by its id. */
export const from${title(from)}: readonly CopyLoop[] = [
${indent(names.map((n) => `${n},`).join('\n'), 1)}
]
`
  }
  const all = Object.keys(dtypes)
  files['copy.ts'] = `import type { CopyLoop } from '../loops.js'
${all
  .map((d) => `import { from${title(d)} } from './copy-${d}.js'`)
  .sort()
  .join('\n')}

/** \`copyLoops[from.id][to.id]\` */
export const copyLoops: readonly (readonly CopyLoop[])[] = [
${all.map((d) => `  from${title(d)},`).join('\n')}
]
`
  return files
}
