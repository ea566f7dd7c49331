import { fma } from './fma.js'
import type { Generator } from './generator.js'
import type { RoundToHalf } from './half.js'

/**
 * Fills `out[start .. start + count)` from the uniform distribution over [from, to): one draw a value in float32, two in
 * float64.
 *
 * PyTorch fills a tensor in the order of its memory, so a transposed view takes its numbers as its base does; only for
 * what has gaps (`x[::2]`) fill a scratch of `numel` values and copy it out, the dimension of the smallest stride running
 * fastest. The same holds for every other `fill` of this folder, except where `normal.ts` says more.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html
 */
export function fillUniform(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  from: number,
  to: number,
): void {
  if (out instanceof Float32Array) fillUniform32(generator, out, start, count, Math.fround(from), Math.fround(to))
  else fillUniform64(generator, out, start, count, from, to)
}

function fillUniform32(
  generator: Generator,
  out: Float32Array,
  start: number,
  count: number,
  from: number,
  to: number,
): void {
  const { engine } = generator
  const end = start + count
  if (from === 0 && to === 1) {
    engine.fillUniform24(out, start, end)
    return
  }
  const width = Math.fround(to - from)
  for (let i = start; i < end; i++) {
    const value = Math.fround(engine.uniform24() * width + from)
    // rounding may reach the upper bound, which does not belong to the range
    out[i] = value === to ? from : value
  }
}

function fillUniform64(
  generator: Generator,
  out: Float64Array,
  start: number,
  count: number,
  from: number,
  to: number,
): void {
  const { engine } = generator
  const end = start + count
  if (from === 0 && to === 1) {
    for (let i = start; i < end; i++) out[i] = engine.uniform53()
    return
  }
  const width = to - from
  for (let i = start; i < end; i++) {
    const value = fma(engine.uniform53(), width, from)
    out[i] = value === to ? from : value
  }
}

/**
 * The uniform numbers of a half type, left in float32: the float32 numbers rounded, but a value that rounds to the upper
 * bound becomes the lower one.
 */
export function fillUniformHalf(
  generator: Generator,
  out: Float32Array,
  start: number,
  count: number,
  from: number,
  to: number,
  round: RoundToHalf,
): void {
  const low = Math.fround(from)
  const high = Math.fround(to)
  const width = Math.fround(high - low)
  const halfLow = round(low)
  const halfHigh = round(high)
  const { engine } = generator
  for (let i = start; i < start + count; i++) {
    const value = round(Math.fround(engine.uniform24() * width + low))
    out[i] = value === halfHigh ? halfLow : value
  }
}
