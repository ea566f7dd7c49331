import { RuntimeError } from '../errors.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import type { Node } from './node.js'

/** Whether backward passes look for NaN. */
export const anomaly: { enabled: boolean } = { enabled: false }

/**
 * Makes backward passes stop at the first gradient that holds a NaN, and name the operation that made it.
 *
 * @see https://pytorch.org/docs/stable/autograd.html#anomaly-detection
 */
export function setDetectAnomaly(enabled: boolean): void {
  anomaly.enabled = enabled
}

/** Runs `body` with anomaly detection on. */
export function detectAnomaly<T>(body: () => T): T {
  const before = anomaly.enabled
  anomaly.enabled = true
  try {
    return body()
  } finally {
    anomaly.enabled = before
  }
}

/** @throws RuntimeError if a gradient that `node` computed holds a NaN */
export function reportNaN(node: Node, input: number, g: Tensor): void {
  if (!g.dtype.isFloatingPoint) return
  const values = g.storage.device.memory.readSync(g)
  if (values === null) return
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      throw new RuntimeError(
        `Function '${node.name}' returned nan values in its ${input}th output (a gradient of shape ${formatShape(g.shape)}).`,
      )
    }
  }
}
