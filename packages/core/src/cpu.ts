/** The device `cpu`, with the kernel set that works everywhere. Faster sets register themselves beside it. */
import { override } from './dispatch/op.js'
import { registerBackend } from './dispatch/registry.js'
import { sgdStep } from './kernels/foreach.js'
import { tsMemory, tsPrimitives } from './kernels/index.js'
import { binaryCrossEntropy, binaryCrossEntropyGrad, reluGrad, sigmoidGrad } from './kernels/pointwise-fused.js'
import { reluGradOp, sigmoidGradOp } from './ops/activation.js'
import { sgdStepOp } from './ops/foreach.js'
import { binaryCrossEntropyGradOp, binaryCrossEntropyOp } from './ops/loss.js'

registerBackend({
  device: 'cpu',
  set: 'ts',
  rank: 0,
  memory: tsMemory,
  primitives: tsPrimitives,
  overrides: [
    override(sgdStepOp, sgdStep),
    override(reluGradOp, reluGrad),
    override(sigmoidGradOp, sigmoidGrad),
    override(binaryCrossEntropyOp, binaryCrossEntropy),
    override(binaryCrossEntropyGradOp, binaryCrossEntropyGrad),
  ],
})
