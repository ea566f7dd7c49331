/** One training step of W1 to W12 with tsorch, as its users write it. */
import { fromTypedArray, noGrad, type Tensor } from '@tsorch/core'
import { resnet18 } from '@tsorch/models'
import { type AnyModule, BCELoss, CrossEntropyLoss, Linear, type Module, MSELoss } from '@tsorch/nn'
import { Adam, SGD } from '@tsorch/optim'
import type { Prepared } from '../measure.js'
import { type ArraySpec, fill } from '../workloads/arrays.js'
import type { LossName, OptimizerSpec, Training } from '../workloads/training.js'
import { Cnn, Cubic, Diabetes, InceptionNet, Mlp, ResidualNet } from './networks.js'
import { Characters, Encoder, Names } from './sequences.js'

const networks: Record<string, () => Module> = {
  W1: () => new Linear(1, 1),
  W2: () => new Cubic(),
  W3: () => new Diabetes(),
  W4: () => new Mlp(),
  W5: () => new Cnn(),
  W6: () => new InceptionNet(),
  W7: () => new ResidualNet(),
  W8: () => new Names(),
  W9: () => new Characters(),
  W10: () => resnet18(),
  W11: () => resnet18(),
  W12: () => new Encoder(),
}

/** The tensor of a specification: float32, or int64 for whole numbers. */
export function tensorOf(spec: ArraySpec): Tensor {
  const { shape, data } = fill(spec)
  return fromTypedArray(data instanceof Int32Array ? BigInt64Array.from(data, BigInt) : data, shape)
}

function criterionOf(loss: LossName): Module<[Tensor, Tensor]> {
  if (loss === 'squares') return new MSELoss({ reduction: 'sum' })
  return loss === 'binary' ? new BCELoss() : new CrossEntropyLoss()
}

function optimizerOf(model: AnyModule, spec: OptimizerSpec): SGD | Adam {
  if (spec.kind === 'adam') return new Adam(model.parameters(), { lr: spec.lr })
  return new SGD(model.parameters(), { lr: spec.lr, momentum: spec.momentum })
}

/** The network with the parameters of the specification. */
export function networkOf(spec: Training): Module {
  const model = networks[spec.id]!()
  // strict, so that every parameter is given and none is left over; buffers keep the values that they start with
  const own = Object.fromEntries([...model.namedBuffers()])
  model.loadStateDict({ ...own, ...Object.fromEntries(spec.params.map((p) => [p.name, tensorOf(p)])) })
  return model
}

/** W2 as the tutorial writes it: the parameters are updated by hand. */
function byHand(model: Module, x: Tensor, y: Tensor, lr: number): () => number {
  const parameters = [...model.parameters()]
  return () => {
    const loss = model(x).sub(y).pow(2).sum()
    loss.backward()
    noGrad(() => {
      for (const p of parameters) {
        p.sub_(p.grad!.mul(lr))
        p.grad = null
      }
    })
    return Number(loss.item())
  }
}

/** A training step; for a specification without a loss a forward pass. */
export function trainingStep(spec: Training): Prepared {
  const model = networkOf(spec)
  const x = tensorOf(spec.x)
  if (spec.loss === null || spec.optimizer === null) {
    model.eval()
    return { run: () => Number(noGrad(() => model(x).abs().mean()).item()) }
  }
  if (spec.y === null) return { run: byHand(model, x, x.sin(), spec.optimizer.lr) }
  const given = tensorOf(spec.y)
  const y = spec.loss === 'classes' ? given : given.float()
  const criterion = criterionOf(spec.loss)
  const optimizer = optimizerOf(model, spec.optimizer)
  return {
    run: () => {
      optimizer.zeroGrad()
      const loss = criterion(model(x), y)
      loss.backward()
      optimizer.step()
      return Number(loss.item())
    },
  }
}
