/**
 * t-SNE: places points of many dimensions on a plane so that neighbours stay neighbours. The exact method, of quadratic cost; it gives way to
 * the rest of the program again and again.
 *
 * @see https://www.jmlr.org/papers/v9/vandermaaten08a.html
 */
import type { Matrix } from './matrix.js'

/** Points at most: tables of all pairs are kept. */
export const MAX_POINTS = 3000

const STEPS = 500
/** steps in which groups are drawn together, and how much */
const EARLY = 100
const EXAGGERATION = 12
/** milliseconds until others get their turn */
const TURN = 8

/** As visdom chooses it: so many neighbours count. */
function perplexityOf(count: number): number {
  if (count >= 150) return 50
  return count >= 21 ? Math.floor(count / 3) : Math.max(1, Math.min(7, (count - 1) / 3))
}

/** Gives way when a turn is over. */
class Turns {
  #end: number = Date.now() + TURN

  async next(): Promise<void> {
    if (Date.now() < this.#end) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    this.#end = Date.now() + TURN
  }
}

/** @returns a point for each row, x and y from -1 to 1; the same for the same rows */
export async function tsne(rows: Matrix): Promise<[x: number, y: number][]> {
  const count = rows.shape[0]!
  if (count === 1) return [[0, 0]]
  const turns = new Turns()
  const near = await affinities(rows, perplexityOf(count), turns)
  const [x, y] = [randomStart(count, 1), randomStart(count, 2)]
  const state = { x, y, moveX: new Float64Array(count), moveY: new Float64Array(count) }
  const gains = { x: new Float64Array(count).fill(1), y: new Float64Array(count).fill(1) }
  for (let step = 0; step < STEPS; step++) {
    const [gradX, gradY] = await gradient(near, x, y, step < EARLY ? EXAGGERATION : 1, turns)
    const momentum = step < EARLY ? 0.5 : 0.8
    move(state.x, state.moveX, gradX, gains.x, momentum)
    move(state.y, state.moveY, gradY, gains.y, momentum)
  }
  const [placesX, placesY] = [scaled(x), scaled(y)]
  return Array.from({ length: count }, (_, i) => [placesX[i]!, placesY[i]!])
}

/** How near each two points are to each other, as probabilities that sum to 1. */
async function affinities({ data, shape }: Matrix, perplexity: number, turns: Turns): Promise<Float32Array> {
  const [count, dims] = shape as [number, number]
  const near = new Float32Array(count * count)
  const distances = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let sum = 0
      for (let d = 0; d < dims; d++) {
        const difference = data[i * dims + d]! - data[j * dims + d]!
        sum += difference * difference
      }
      distances[j] = sum
    }
    near.set(neighbours(distances, i, perplexity), i * count)
    await turns.next()
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (near[i * count + j]! + near[j * count + i]!) / (2 * count)
      near[i * count + j] = near[j * count + i] = mean
    }
  }
  return near
}

/** Probabilities of the neighbours of point `i`, so wide that as many count as `perplexity` says. */
function neighbours(distances: Float64Array, i: number, perplexity: number): Float64Array {
  const out = new Float64Array(distances.length)
  const aim = Math.log(perplexity)
  let least = Number.POSITIVE_INFINITY
  for (let j = 0; j < distances.length; j++) if (j !== i && distances[j]! < least) least = distances[j]!
  let [low, high, precision] = [0, Number.POSITIVE_INFINITY, 1]
  for (let round = 0; round < 60; round++) {
    let [sum, weighted] = [0, 0]
    for (let j = 0; j < distances.length; j++) {
      // from the nearest on, so that the nearest never vanishes
      const further = distances[j]! - least
      out[j] = j === i ? 0 : Math.exp(-further * precision)
      sum += out[j]!
      if (j !== i) weighted += further * out[j]!
    }
    for (let j = 0; j < distances.length; j++) out[j]! /= sum
    const entropy = Math.log(sum) + (precision * weighted) / sum
    if (Math.abs(entropy - aim) < 1e-5) break
    if (entropy > aim) {
      low = precision
      precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (precision + high) / 2
    } else {
      high = precision
      precision = (precision + low) / 2
    }
  }
  return out
}

async function gradient(
  near: Float32Array,
  x: Float64Array,
  y: Float64Array,
  exaggeration: number,
  turns: Turns,
): Promise<[Float64Array, Float64Array]> {
  const count = x.length
  const [attractX, attractY] = [new Float64Array(count), new Float64Array(count)]
  const [repelX, repelY] = [new Float64Array(count), new Float64Array(count)]
  let total = 0
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [x[i]! - x[j]!, y[i]! - y[j]!]
      const closeness = 1 / (1 + dx * dx + dy * dy)
      total += 2 * closeness
      const pull = exaggeration * near[i * count + j]! * closeness
      const push = closeness * closeness
      attractX[i]! += pull * dx
      attractX[j]! -= pull * dx
      attractY[i]! += pull * dy
      attractY[j]! -= pull * dy
      repelX[i]! += push * dx
      repelX[j]! -= push * dx
      repelY[i]! += push * dy
      repelY[j]! -= push * dy
    }
    await turns.next()
  }
  for (let i = 0; i < count; i++) {
    attractX[i] = 4 * (attractX[i]! - repelX[i]! / total)
    attractY[i] = 4 * (attractY[i]! - repelY[i]! / total)
  }
  return [attractX, attractY]
}

/** A step down the gradient, longer where it goes on in one direction. */
function move(at: Float64Array, by: Float64Array, slope: Float64Array, gains: Float64Array, momentum: number): void {
  const rate = Math.max(at.length / EXAGGERATION, 50)
  let mean = 0
  for (let i = 0; i < at.length; i++) {
    gains[i] = Math.sign(slope[i]!) === Math.sign(by[i]!) ? Math.max(0.01, gains[i]! * 0.8) : gains[i]! + 0.2
    by[i] = momentum * by[i]! - rate * gains[i]! * slope[i]!
    at[i]! += by[i]!
    mean += at[i]! / at.length
  }
  for (let i = 0; i < at.length; i++) at[i]! -= mean
}

/** Small numbers around 0, the same each time. */
function randomStart(count: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state / 2 ** 31) * 1e-4
  })
}

function scaled(values: Float64Array): Float64Array {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const width = high - low || 1
  return values.map((value) => ((value - low) / width) * 2 - 1)
}
