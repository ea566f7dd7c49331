import { boxMuller32, boxMuller64 } from './box-muller.js'
import { fma } from './fma.js'
import type { Generator } from './generator.js'

/** From this many values on PyTorch works in blocks. */
const BLOCK = 16

/**
 * One number of the standard normal distribution, in float64 whatever dtype it is for. A pair is made at a time; the second
 * one stays in the generator for the next call.
 */
export function standardNormal(generator: Generator): number {
  if (generator.hasSpareNormal) {
    generator.hasSpareNormal = false
    return generator.spareNormal
  }
  const u1 = generator.engine.uniform53()
  const u2 = generator.engine.uniform53()
  const radius = Math.sqrt(-2 * Math.log1p(-u2))
  const theta = 2 * Math.PI * u1
  generator.spareNormal = radius * Math.sin(theta)
  generator.hasSpareNormal = true
  return radius * Math.cos(theta)
}

/**
 * Fills `out[start .. start + count)` from the normal distribution, one number after the other: what PyTorch does for fewer
 * than 16 values and for every tensor that is not contiguous, in the order of its memory. The half types take these numbers
 * from a Float32Array.
 */
export function fillNormalScalar(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + count; i++) out[i] = fma(standardNormal(generator), std, mean)
}

/**
 * Fills `out[start .. start + count)`, the whole of a contiguous tensor, from the normal distribution. A tensor that is not
 * contiguous takes {@link fillNormalScalar} instead, which gives other numbers.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html
 */
export function fillNormal(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  if (count < BLOCK) fillNormalScalar(generator, out, start, count, mean, std)
  else if (out instanceof Float32Array) fillNormal32(generator, out, start, count, Math.fround(mean), Math.fround(std))
  else fillNormal64(generator, out, start, count, mean, std)
}

function fillNormal32(
  generator: Generator,
  out: Float32Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  const { engine } = generator
  const end = start + count
  const tail = end - BLOCK
  engine.fillUniform24(out, start, end)
  for (let i = start; i <= tail; i += BLOCK) boxMuller32(out, i, mean, std)
  if (count % BLOCK === 0) return
  // what does not fill a block is replaced, together with its predecessors, by a block of new numbers
  engine.fillUniform24(out, tail, end)
  boxMuller32(out, tail, mean, std)
}

function fillNormal64(
  generator: Generator,
  out: Float64Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  const { engine } = generator
  const end = start + count
  const tail = end - BLOCK
  for (let i = start; i < end; i++) out[i] = engine.uniform53()
  for (let i = start; i <= tail; i += BLOCK) boxMuller64(out, i, mean, std)
  if (count % BLOCK === 0) return
  for (let i = tail; i < end; i++) out[i] = engine.uniform53()
  boxMuller64(out, tail, mean, std)
}

/**
 * The normal numbers of a contiguous tensor of a half type, left in float32 for the caller to round. They differ from
 * {@link fillNormal}'s: a block is drawn when it is its turn, and no numbers are drawn for an incomplete one.
 */
export function fillNormalHalf(
  generator: Generator,
  out: Float32Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  if (count < BLOCK) {
    fillNormalScalar(generator, out, start, count, mean, std)
    return
  }
  const { engine } = generator
  const mean32 = Math.fround(mean)
  const std32 = Math.fround(std)
  const block = new Float32Array(BLOCK)
  const write = (at: number): void => {
    engine.fillUniform24(block, 0, BLOCK)
    boxMuller32(block, 0, mean32, std32)
    out.set(block, at)
  }
  const tail = start + count - BLOCK
  for (let i = start; i <= tail; i += BLOCK) write(i)
  if (count % BLOCK !== 0) write(tail)
}
