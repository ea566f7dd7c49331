import { autograd, manualSeed, rand, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { functional, MultiheadAttention, Transformer } from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

// numbers come from PyTorch 2.13

const seeded = (): [MultiheadAttention, Tensor] => {
  manualSeed(0)
  return [new MultiheadAttention(4, 2), randn([3, 2, 4])]
}
const padding = (): Tensor =>
  tensor([
    [false, false, true],
    [false, true, true],
  ])
const causal = (size: number): Tensor => Transformer.generateSquareSubsequentMask(size)

describe('MultiheadAttention', () => {
  test('starts with PyTorch’s weights for a seed', () => {
    const [attention] = seeded()
    expectSameFloats(attention.inProjWeight!.select(0, 0), [0.222424164, 0.508506715, -0.126026362, 0.458245516])
    expectSameFloats(attention.outProj.weight.select(0, 0), [-0.00374341011, 0.268221796, -0.411522567, -0.367969513])
    expect(attention.inProjBias!.tolist()).toEqual(new Array(12).fill(0))
    expect(attention.outProj.bias!.tolist()).toEqual([0, 0, 0, 0])
  })

  test('gives the output and the weights averaged over the heads', () => {
    const [attention, x] = seeded()
    const [output, weights] = attention(x, x, x)
    expect(output.shape).toEqual([3, 2, 4])
    expect(weights!.shape).toEqual([2, 3, 3])
    expectClose(
      output.select(0, 0),
      [-0.300149828, -0.0930811018, -0.131478727, 0.449426711, -0.82372427, -0.145366609, -0.371542662, 0.539401114],
    )
    expectClose(
      weights!.select(0, 0),
      [
        0.553125978, 0.177048758, 0.26982525, 0.368464172, 0.481023073, 0.150512755, 0.265883029, 0.292343706,
        0.441773266,
      ],
    )
  })

  test('looks past padding, which may be bool or added', () => {
    const [attention, x] = seeded()
    const [output, weights] = attention(x, x, x, padding(), { averageAttnWeights: false })
    expect(weights!.shape).toEqual([2, 2, 3, 3])
    const row = [-1.19259512, -0.101392359, -0.50520879, 0.435674518]
    expectClose(output.select(1, 1), [...row, ...row, ...row])
    expectClose(
      weights!.select(0, 0).select(0, 0),
      [0.882793248, 0.117206767, 0, 0.718962073, 0.281037927, 0, 0.334870338, 0.665129662, 0],
    )
    const added = padding().float().mul(-1e9)
    const [same] = attention(x, x, x, { keyPaddingMask: added, needWeights: false })
    expectClose(same.sub(output).abs().max(), [0])
  })

  test('takes the word for a causal mask', () => {
    const [attention, x] = seeded()
    const [output, weights] = attention(x, x, x, null, false, causal(3), true, true)
    expect(weights).toBeNull()
    const first = [-0.290431559, -0.350053966, -0.154760957, 0.542605877]
    const second = [-1.19259512, -0.101392359, -0.50520879, 0.435674518]
    expectClose(output.select(0, 0), [...first, ...second])
    const bool = causal(3).lt(0)
    expectClose(attention(x, x, x, { attnMask: bool })[0].select(0, 0), [...first, ...second])
    // one mask for each sample and head
    const [each] = attention(x, x, x, { attnMask: bool.expand([4, 3, 3]) })
    expectClose(each.select(0, 0), [...first, ...second])
    expect(() => attention(x, x, x, { isCausal: true })).toThrow('Need attn_mask if specifying the is_causal hint.')
  })

  test('projects keys and values of other features, and adds to them', () => {
    manualSeed(1)
    const attention = new MultiheadAttention(4, 2, 0.5, {
      kdim: 3,
      vdim: 2,
      addBiasKv: true,
      addZeroAttn: true,
      batchFirst: true,
    })
    expect(Object.keys(attention.stateDict())).toEqual([
      'q_proj_weight',
      'k_proj_weight',
      'v_proj_weight',
      'in_proj_bias',
      'bias_k',
      'bias_v',
      'out_proj.weight',
      'out_proj.bias',
    ])
    const [query, key, value] = [randn([2, 2, 4]), randn([2, 3, 3]), randn([2, 3, 2])]
    const [output, weights] = attention(query, key, value)
    expectClose(
      output.select(0, 0),
      [
        0.0148195345, -0.0174580533, 0.00415467378, 0.0140798371, 0.113481201, 0.0328817405, 0.00597256981,
        0.0116693433,
      ],
    )
    expect(weights!.shape).toEqual([2, 2, 5])
    expectClose(weights!.select(0, 0).select(0, 0), [0, 0.1008408, 0, 0, 0.199077621])
    // as much was drawn as PyTorch draws
    expectSameFloats(rand([1]), [0.385449648])
  })

  test('takes one sequence without a batch, whatever batchFirst says', () => {
    const attention = new MultiheadAttention(4, 2, { batchFirst: true })
    const [x, memory] = [randn([3, 4]), randn([5, 4])]
    const mask = randn([2, 3, 5])
    const keyPaddingMask = tensor([false, false, true, false, false])
    const [output, weights] = attention(x, memory, memory, { attnMask: mask, keyPaddingMask })
    const m = memory.unsqueeze(0)
    const [batched, batchedWeights] = attention(x.unsqueeze(0), m, m, {
      attnMask: mask,
      keyPaddingMask: keyPaddingMask.unsqueeze(0),
    })
    expectClose(output.sub(batched.squeeze(0)).abs().max(), [0])
    expectClose(weights!.sub(batchedWeights!.squeeze(0)).abs().max(), [0])
    expect(weights!.shape).toEqual([3, 5])
  })

  test('has gradients of both orders', () => {
    const attention = new MultiheadAttention(4, 2, { dtype: 'float64', addBiasKv: true })
    const inputs = [2, 3, 3].map((n) => randn([n, 1, 4], { dtype: 'float64', requiresGrad: true }))
    const call = (q: Tensor, k: Tensor, v: Tensor): readonly Tensor[] =>
      attention(q, k, v, { averageAttnWeights: false }) as Tensor[]
    expect(autograd.gradcheck(call as never, inputs)).toBe(true)
    const output = (q: Tensor, k: Tensor, v: Tensor): Tensor => attention(q, k, v, { needWeights: false })[0]
    expect(autograd.gradgradcheck(output as never, inputs)).toBe(true)
  })

  test('says what does not fit', () => {
    const attention = new MultiheadAttention(4, 2)
    const x = zeros([3, 2, 4])
    expect(() => attention(zeros([4]), x, x)).toThrow(
      'query should be unbatched 2D or batched 3D tensor but received 1-D query tensor',
    )
    expect(() => attention(x, x, zeros([3, 4]))).toThrow(
      'For batched (3-D) `query`, expected `key` and `value` to be 3-D but found 3-D and 2-D tensors respectively',
    )
    expect(() => attention(zeros([3, 2, 6]), x, x)).toThrow('was expecting embedding dimension of 4, but got 6')
    expect(() => attention(x, x, zeros([4, 2, 4]))).toThrow(
      'key shape torch.Size([3, 2, 4]) does not match value shape torch.Size([4, 2, 4])',
    )
    expect(() => attention(x, x, x, { attnMask: zeros([2, 5]) })).toThrow(
      'The shape of the 2D attn_mask is torch.Size([2, 5]), but should be (3, 3).',
    )
    expect(() => attention(x, x, x, { attnMask: zeros([2, 3, 3]) })).toThrow(
      'The shape of the 3D attn_mask is torch.Size([2, 3, 3]), but should be (4, 3, 3).',
    )
    expect(() => attention(x, x, x, { attnMask: zeros([3, 3], { dtype: 'int64' }) })).toThrow(
      'only bool and floating types of attn_mask are supported',
    )
    expect(() => attention(x, x, x, { keyPaddingMask: zeros([3, 2]) })).toThrow(
      'Expected key_padded_mask.shape[0] to be 2, but got 3',
    )
    expect(() => attention(x, x, x, { keyPaddingMask: zeros([3]) })).toThrow(
      'expected `key_padding_mask` to be `None` or 2-D but found 1-D tensor instead',
    )
    expect(() => new MultiheadAttention(4, 3)).toThrow('embed_dim must be divisible by num_heads')
    expect(() => new MultiheadAttention(0, 1)).toThrow('embed_dim and num_heads must be greater than 0')
    // @ts-expect-error there is no such option
    expect(() => attention(x, x, x, { mask: x })).toThrow(/unknown option 'mask'/)
  })

  test('is printed as in PyTorch', () => {
    expect(String(new MultiheadAttention(4, 2, { bias: false }))).toBe(
      'MultiheadAttention(\n  (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=False)\n)',
    )
  })
})

describe('functional.multiHeadAttentionForward', () => {
  const { multiHeadAttentionForward } = functional

  test('is what the layer computes', () => {
    const [attention, x] = seeded()
    const { inProjWeight, inProjBias, outProj } = attention
    const [output] = multiHeadAttentionForward(
      x,
      x,
      x,
      4,
      2,
      inProjWeight,
      inProjBias,
      null,
      null,
      false,
      0,
      outProj.weight,
      outProj.bias,
      { keyPaddingMask: padding() },
    )
    expectClose(
      output
        .sub(attention(x, x, x, padding())[0])
        .abs()
        .max(),
      [0],
    )
  })

  test('takes keys and values in place of projections', () => {
    manualSeed(0)
    const [q, k, v] = [randn([3, 1, 4]), randn([3, 1, 4]), randn([3, 1, 4])]
    const [w, out] = [randn([12, 4]), randn([4, 4])]
    const statics = { staticK: randn([2, 5, 2]), staticV: randn([2, 5, 2]) }
    const [output, weights] = multiHeadAttentionForward(
      q,
      k,
      v,
      4,
      2,
      w,
      null,
      null,
      null,
      false,
      0,
      out,
      null,
      statics,
    )
    expectClose(output.select(0, 0), [-0.0762939453, -0.17207253, -0.680954158, -0.22124207], 1e-5)
    expectClose(weights!.select(1, 0), [0.0914040953, 0.119196407, 0.604918838, 0.130494922, 0.0539857969], 1e-5)
    const wrong = { ...statics, staticV: zeros([3, 5, 2]) }
    expect(() => multiHeadAttentionForward(q, k, v, 4, 2, w, null, null, null, false, 0, out, null, wrong)).toThrow(
      'expecting static_v.size(0) of 2, but got 3',
    )
  })

  test('wants the weights that it is told to use', () => {
    const x = zeros([3, 1, 4])
    const out = zeros([4, 4])
    const call = (w: Tensor | null, options: object): unknown =>
      multiHeadAttentionForward(x, x, x, 4, 2, w, null, null, null, false, 0, out, null, options)
    expect(() => call(null, {})).toThrow('use_separate_proj_weight is False but in_proj_weight is None')
    const separate = { useSeparateProjWeight: true, qProjWeight: out, kProjWeight: zeros([4, 3]) }
    expect(() => call(null, separate)).toThrow('expecting key weights shape of (4, 4), but got torch.Size([4, 3])')
    expect(() => call(null, { ...separate, kProjWeight: out })).toThrow(
      'use_separate_proj_weight is True but v_proj_weight is None',
    )
  })
})
