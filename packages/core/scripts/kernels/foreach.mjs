import { arithmetic, loopName } from './templates.mjs'

// Rounded where PyTorch's vectorised steps round: `a + alpha * b` is one fused operation there.
const sgd = `let d = maximize ? -g[gI + i]! : g[gI + i]!
if (weightDecay !== 0) d = round(d + weightDecay * p[pI + i]!)
if (b !== null) {
  const now = first ? d : round(round(b[bI + i]! * momentum) + share * d)
  b[bI + i] = now
  d = nesterov ? round(d + momentum * now) : now
}
p[pI + i] = p[pI + i]! - lr * d`

const adam = `let d = maximize ? -g[gI + i]! : g[gI + i]!
let w = p[pI + i]!
if (decay !== 1) w = round(w * decay)
if (weightDecay !== 0) d = round(d + weightDecay * w)
const before = m[mI + i]!
// lerp, from the end that is nearer
const mean = beta < 0.5 ? round(before + beta * round(d - before)) : round(d - round(d - before) * round(1 - beta))
m[mI + i] = mean
let square = round(round(v[vI + i]! * beta2) + round(share * d) * d)
v[vI + i] = square
if (x !== null) {
  const held = x[xI + i]!
  if (held > square || held !== held) square = held
  x[xI + i] = square
}
const denominator = round(round(round(Math.sqrt(square)) / correction) + eps)
p[pI + i] = w - round(round(step * mean) / denominator)`

const numbers = (/** @type {string[]} */ names) => names.map((name) => `  ${name}: number,`)
const flags = (/** @type {string[]} */ names) => names.map((name) => `  ${name}: boolean,`)

/**
 * @param {string} kind
 * @param {string} name
 * @param {string[]} arrays by parameter name; one that may be null ends in ?
 * @param {string[]} parameters
 * @param {string} body
 */
function step(kind, name, arrays, parameters, body) {
  const { array } = arithmetic[/** @type {'f32'} */ (kind)]
  const operands = arrays.flatMap((a) => {
    const x = a.replace('?', '')
    return [`  ${x}: ${array}${a.endsWith('?') ? ' | null' : ''},`, `  ${x}I: number,`]
  })
  return `
export function ${loopName(name, kind)}(
${[...operands, '  n: number,', ...parameters].join('\n')}
): void {
  for (let i = 0; i < n; i++) {
${body
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
  }
}
`
}

/** @returns {Record<string, string>} */
export function foreachFiles() {
  /** @type {Record<string, string>} */
  const files = {}
  for (const kind of ['f32', 'f64']) {
    const round =
      kind === 'f32' ? 'const round = Math.fround\n' : 'function round(x: number): number {\n  return x\n}\n'
    const sgdParameters = [
      ...numbers(['lr', 'momentum', 'share', 'weightDecay']),
      ...flags(['nesterov', 'maximize', 'first']),
    ]
    const adamParameters = [
      ...numbers(['step', 'beta', 'beta2', 'share', 'correction', 'eps', 'weightDecay', 'decay']),
      ...flags(['maximize']),
    ]
    files[`foreach-${kind}.ts`] =
      round +
      step(kind, 'sgd', ['p', 'g', 'b?'], sgdParameters, sgd) +
      step(kind, 'adam', ['p', 'g', 'm', 'v', 'x?'], adamParameters, adam)
  }
  return files
}
