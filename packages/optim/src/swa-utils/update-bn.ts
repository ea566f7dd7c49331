import { noGrad, Tensor } from '@tsorch/core'

/** What is asked of the model: every `nn.Module` has it, and so has {@link AveragedModel}. */
export interface Normalised {
  (...args: never[]): unknown
  readonly training: boolean
  modules(): Iterable<object>
  train(mode?: boolean): unknown
}

/** A layer of batch normalisation. */
interface BatchNorm {
  momentum: number | null
  resetRunningStats(): void
}

/** Instance normalisation has running statistics too, but does not count batches. */
function isBatchNorm(layer: object): layer is BatchNorm {
  return 'resetRunningStats' in layer && 'countBatch' in layer
}

/**
 * Computes the running statistics of batch normalisation anew, as the plain averages over all batches: averaged parameters have
 * others than those that were trained.
 *
 * @param loader - batches: tensors, or lists that begin with the tensor which the model is called with
 * @param model - left in the mode in which it was
 * @param device - where the batches are brought to; they stay where they are, if not given
 * @example
 * ```ts
 * await swaUtils.updateBn(loader, averaged)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.update_bn.html
 */
export async function updateBn(
  loader: Iterable<unknown> | AsyncIterable<unknown>,
  model: Normalised,
  device?: string,
): Promise<void> {
  const momenta = new Map<BatchNorm, number | null>()
  for (const layer of model.modules()) if (isBatchNorm(layer)) momenta.set(layer, layer.momentum)
  if (momenta.size === 0) return
  const wasTraining = model.training
  model.train()
  try {
    for (const layer of momenta.keys()) {
      layer.resetRunningStats()
      layer.momentum = null
    }
    for await (const batch of loader) {
      const input = Array.isArray(batch) ? batch[0] : batch
      const moved = device !== undefined && input instanceof Tensor ? input.to({ device }) : input
      noGrad(() => model(moved as never))
    }
  } finally {
    for (const [layer, momentum] of momenta) layer.momentum = momentum
    model.train(wasTraining)
  }
}
