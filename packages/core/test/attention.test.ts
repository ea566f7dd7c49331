import { expect, test } from 'vitest'
import {
  type AttentionOptions,
  autograd,
  dropout,
  full,
  manualSeed,
  ones,
  randn,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  where,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13
const mask = tensor([
  [true, false, true, true],
  [false, false, false, false],
  [true, true, false, false],
])

const masked = {
  y: [
    0.9461086, -0.05541532, -0.254522, 0, 0, 0, 2.115934, -0.7432239, -1.247107, 1.208017, 0.6010288, -0.6855892, 0, 0,
    0, 1.649569, -1.300705, -0.6370847,
  ],
  q: [-5.373036, -0.9167958, 0, 0, 0.07226924, 0.02456761, -0.2889445, -2.091712, 0, 0, 0.3046041, -0.2423885],
  k: [
    -0.6149775, -4.840017, -0.02596049, -0.03822803, 0.1825174, 1.389158, 0.4584211, 3.489088, 1.262354, 1.202745,
    0.1501754, -0.0001852627, -1.772065, -1.508652, 0.3595359, 0.3060917,
  ],
  v: [
    0.2165844, -0.8287249, 1.107527, 0.009390151, -0.01149608, -0.00143086, -0.2208368, 0.1514744, 0.2742561,
    -0.3501889, 0.2401984, 0.4348978, 0.4776269, 0.1007172, -0.3384367, -1.257574, 1.674158, 1.488367, 1.337304,
    0.165177, -0.9835649, 0.4419214, 0.05458388, -0.3250258,
  ],
}

test.each<[string, AttentionOptions, typeof masked]>([
  [
    'nothing',
    {},
    {
      y: [
        0.9790115, 0.006401971, -0.3033545, 0.695855, 1.320552, -0.3588399, 1.405221, 0.03171135, -0.7360854, 1.372763,
        -0.0368655, -0.6859562, 0.1288632, -0.3509164, 0.6388707, 1.315504, -0.2949263, -0.5621983,
      ],
      q: [
        -4.995785, -0.8213298, 0.8775781, 0.9909206, -0.03181755, 1.092235, -0.4162403, -1.165226, -2.646527, 2.451102,
        1.053018, 0.4905371,
      ],
      k: [
        0.8828085, -2.353329, 0.2286659, 1.724103, -1.251982, -1.101007, 0.1405081, 1.730234, -2.12156, -0.8167187,
        1.809418, -0.08238056, 0.07110272, -0.3263174, 0.2410391, 1.225417,
      ],
      v: [
        -0.1585643, -0.5262642, 1.259209, -0.5523013, -0.5281146, 1.071336, -0.1112467, -0.4942949, 0.6523499,
        -0.4730802, 0.01307539, 0.7399247, 0.8254699, 1.387892, -0.6561686, -0.08411098, 1.366824, 0.4552637, 0.9596984,
        0.467031, -0.6993653, 0.1263979, 0.9177549, 0.03803089,
      ],
    },
  ],
  ['a mask with a row of nothing', { attnMask: mask }, masked],
  ['the same mask as addends', { attnMask: where(mask, 0.5, Number.NEGATIVE_INFINITY) }, masked],
  [
    'isCausal',
    { isCausal: true },
    {
      y: [
        2.118595, -0.7596723, -1.245529, 1.805984, 1.172824, -1.430901, 1.468864, 0.02006733, -0.7967283, -0.4951114,
        -1.417414, 1.53767, -0.3533559, -1.4097, 1.393927, 1.672745, -1.20343, -0.6853274,
      ],
      q: [0, 0, 0.7287655, 0.2477386, -0.3227928, 1.11962, 0, 0, -0.5117849, 0.4072519, 0.3991763, -0.3693784],
      k: [
        1.390287, 1.79511, 0.03407665, 0.3023311, -1.424363, -2.097441, 0, 0, -0.455524, -0.1698442, 0.5248294,
        0.1697585, -0.06930595, 8.549874e-5, 0, 0,
      ],
      v: [
        -0.8038397, -0.1866449, 2.119995, -0.8165746, -0.9507941, 1.652381, 0.3252217, -0.3981593, -0.0495569, 0, 0, 0,
        3.032833, 2.324977, -2.306704, -1.146081, 1.735586, 1.374285, -0.05929677, 0.07893941, 0.07017902, 0, 0, 0,
      ],
    },
  ],
  [
    'scale',
    { scale: 0.3 },
    {
      y: [
        0.5642594, 0.5036297, -0.01673245, 0.4884245, 1.109425, -0.09700435, 0.8590376, 0.4973372, -0.3098892, 1.118437,
        0.02406326, -0.4473308, 0.5592338, 0.008979797, 0.115759, 1.120225, 0.07174957, -0.4614077,
      ],
      q: [
        -1.70048, -0.2417104, -0.0881949, 0.3956881, 0.3443107, 0.4663101, -0.451812, -0.2721395, -0.9251924, 0.8188592,
        0.4517875, 0.2785566,
      ],
      k: [
        0.5142553, -0.5739892, 0.04866832, 0.3677687, -0.4862208, -0.258626, -0.07670289, 0.4648463, -0.8191977,
        -0.2242664, 0.5480921, -0.1669598, 0.2051763, -0.102724, 0.06592938, 0.4939502,
      ],
      v: [
        -0.1694849, -0.511928, 1.028695, -0.4677494, -0.3471193, 0.9298043, -0.1718239, -0.5443315, 0.8443878,
        -0.4861344, -0.1322196, 0.9199323, 0.682292, 1.083827, -0.4858186, 0.1727131, 1.160048, 0.1297533, 0.7184299,
        0.7714899, -0.4735742, 0.2540202, 1.124138, -0.03259999,
      ],
    },
  ],
])('result and gradients with %s', (_, options, want) => {
  const [q, k, v] = [leaf([1, 2, 3, 2]), leaf([1, 2, 4, 2], 1), leaf([1, 2, 4, 3], 2)]
  const y = scaledDotProductAttention(q, k, v, options)
  y.backward(wave([1, 2, 3, 3], 5))
  expectClose(y, want.y)
  expectClose(q.grad, want.q)
  expectClose(k.grad, want.k)
  expectClose(v.grad, want.v)
})

test('grouped queries, halves, dropout, nothing to attend to', () => {
  const [q, k, v] = [wave([1, 4, 2, 2]), wave([1, 2, 2, 2], 1), wave([1, 2, 2, 2], 2)]
  expectClose(
    scaledDotProductAttention(q, k, v, { enableGqa: true }),
    [
      1.912433, -0.6053867, -0.7973669, 1.422547, 2.093776, -0.7410984, -1.155689, 1.690704, 1.457488, -1.435152,
      -0.3965374, 2.204903, 1.466657, -1.453153, -0.4058675, 2.223221,
    ],
  )
  const half = scaledDotProductAttention(
    wave([1, 2, 2], 0, 'float16'),
    wave([1, 2, 2], 1, 'float16'),
    wave([1, 2, 2], 2, 'float16'),
  )
  expect(half.dtype.name).toBe('float16')
  expectClose(half, [1.913086, -0.6054688, -0.796875, 1.421875], 1e-3)
  const same = ones([1, 2, 2])
  manualSeed(0)
  const dropped = scaledDotProductAttention(same, same, same, null, 0.5)
  manualSeed(0)
  const weights = dropout(full([1, 2, 2], 0.5), 0.5)
  expect(dropped.tolist()).toEqual(weights.matmul(same).tolist())
  expect(scaledDotProductAttention(randn([1, 2, 3]), randn([1, 0, 3]), randn([1, 0, 1])).tolist()).toEqual([[[0], [0]]])
})

test('gradients agree with finite differences, twice', () => {
  const inputs = [leaf([3, 2], 0, 'float64'), leaf([4, 2], 1, 'float64'), leaf([4, 3], 2, 'float64')]
  for (const options of [{}, { isCausal: true }, { attnMask: mask }]) {
    const f = (q: Tensor, k: Tensor, v: Tensor) => scaledDotProductAttention(q, k, v, options)
    expect(autograd.gradcheck(f, inputs)).toBe(true)
    expect(autograd.gradgradcheck(f, inputs)).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4])
  const faults: readonly [() => unknown, string][] = [
    [
      () => scaledDotProductAttention(randn([4]), x, x),
      'Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: 1 key.dim: 3 and value.dim: 3 instead.',
    ],
    [
      () => scaledDotProductAttention(x, x.double(), x),
      'Expected query, key, and value to have the same dtype, but got query.dtype: float key.dtype: double and value.dtype: float instead.',
    ],
    [
      () => scaledDotProductAttention(x, x, x, { attnMask: ones([3, 3]), isCausal: true }),
      'Explicit attn_mask should not be set when is_causal=True',
    ],
    [
      () => scaledDotProductAttention(x, x, x, { attnMask: ones([3, 3]).double() }),
      'Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: double and  query.dtype: float instead.',
    ],
    [
      () => scaledDotProductAttention(x, x, x, { attnMask: ones([2, 3]) }),
      'The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1',
    ],
    [
      () => scaledDotProductAttention(x, x, x, { dropoutP: 1.5 }),
      'dropout probability has to be between 0 and 1, but got 1.5',
    ],
    [
      () =>
        scaledDotProductAttention(randn([2, 3, 3, 4]), randn([2, 2, 3, 4]), randn([2, 2, 3, 4]), { enableGqa: true }),
      'Number of heads in key and value must divide the number of heads in',
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
