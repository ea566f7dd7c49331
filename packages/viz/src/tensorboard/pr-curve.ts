/** Precision and recall at thresholds from 0 to 1. */
import type { ReadValues } from './values.js'

/** Rows of the curve, one number a threshold in each. */
export interface PrCurve {
  readonly truePositives: Float64Array
  readonly falsePositives: Float64Array
  readonly trueNegatives: Float64Array
  readonly falseNegatives: Float64Array
  readonly precision: Float64Array
  readonly recall: Float64Array
}

/** Below this many positives a quotient counts as 0. */
const MINIMUM_COUNT = 1e-7

/** Makes the curve. A prediction outside of [0, 1] is in none of its thresholds. */
export function makePrCurve(
  labels: ReadValues,
  predictions: ReadValues,
  weights: ReadValues | null,
  thresholds: number,
): PrCurve {
  const truePositives = new Float64Array(thresholds)
  const falsePositives = new Float64Array(thresholds)
  const isSingle = predictions.dtype !== 'float64'
  for (let i = 0; i < predictions.data.length; i++) {
    const scaled = predictions.data[i]! * (thresholds - 1)
    // float32 predictions are scaled in float32, which decides about those that lie on a threshold
    const bucket = Math.floor(isSingle ? Math.fround(scaled) : scaled)
    if (!(bucket >= 0 && bucket < thresholds)) continue
    const weight = weights === null ? 1 : weights.data[weights.data.length === 1 ? 0 : i]!
    truePositives[bucket]! += labels.data[i]! * weight
    falsePositives[bucket]! += (1 - labels.data[i]!) * weight
  }
  for (let i = thresholds - 2; i >= 0; i--) {
    truePositives[i]! += truePositives[i + 1]!
    falsePositives[i]! += falsePositives[i + 1]!
  }
  const trueNegatives = falsePositives.map((count) => falsePositives[0]! - count)
  const falseNegatives = truePositives.map((count) => truePositives[0]! - count)
  const precision = truePositives.map((tp, i) => tp / Math.max(MINIMUM_COUNT, tp + falsePositives[i]!))
  const recall = truePositives.map((tp, i) => tp / Math.max(MINIMUM_COUNT, tp + falseNegatives[i]!))
  return { truePositives, falsePositives, trueNegatives, falseNegatives, precision, recall }
}
