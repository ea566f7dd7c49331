import { type Bench, Decoder } from '../calls/decoder.js'
import { invoke } from '../calls/invoke.js'
import type { Encoded, EncodedArgs, TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectResult, expectTensor } from '../compare/results.js'
import { required, type TensorLike } from '../library.js'

/** Gradients before and after clipping. */
export interface ClipGradCase extends Case {
  readonly call: string
  readonly kwargs: EncodedArgs
  readonly grads: readonly TensorRecord[]
  readonly grads_after: readonly TensorRecord[]
  readonly returns: Encoded
}

/** Runs `clip_grad_norm_` or `clip_grad_value_` on parameters that have the recorded gradients. */
export async function runClipGrad(bench: Bench, c: ClipGradCase): Promise<void> {
  const decoder = new Decoder(bench)
  const parameters = c.grads.map((record, i) => {
    const p = required(bench.library, 'zeros')([...record.shape], {
      device: bench.device,
      requiresGrad: true,
    }) as TensorLike
    p.grad = decoder.tensor(record)
    decoder.variables.set(`p${i}`, p)
    return p
  })
  const result = invoke(decoder, {
    kind: 'function',
    call: c.call,
    args: [parameters.map((_, i) => ({ var: `p${i}` }))],
    kwargs: c.kwargs,
  })
  for (const [i, record] of c.grads_after.entries())
    await expectTensor(bench, parameters[i]!.grad, record, `grad of parameter ${i}`, c)
  if (c.returns !== null) await expectResult(bench, result, c.returns, 'the returned norm', c)
}
