import { gelu, manualSeed, noGrad, rand, randn, relu, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  Identity,
  LayerNorm,
  ReLU,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

// numbers come from PyTorch 2.13

const seeded = (): [TransformerEncoderLayer, Tensor] => {
  manualSeed(0)
  return [new TransformerEncoderLayer(4, 2, 6, { dropout: 0.25, batchFirst: true }), randn([2, 3, 4])]
}
const padding = (): Tensor =>
  tensor([
    [false, false, true],
    [false, false, false],
  ])

describe('TransformerEncoderLayer', () => {
  test('trains with the dropout that PyTorch draws for a seed', () => {
    const [layer, x] = seeded()
    const y = layer(x)
    expectClose(
      y.select(0, 0),
      [
        1.68334079, -0.938205302, -0.307589889, -0.437545568, -1.69360745, 0.832396448, 0.614916086, 0.246295035,
        0.579564929, 0.799531341, 0.328740299, -1.70783675,
      ],
      1e-5,
    )
    y.pow(3).sum().backward()
    expectClose(layer.linear1.weight.grad!.select(0, 0), [-5.750144, 0.632608891, 2.08762717, 3.02990818], 1e-4)
    expectSameFloats(rand([1]), [0.978541434])
  })

  test('has PyTorch’s keys and text', () => {
    const [layer] = seeded()
    expect(Object.keys(layer.stateDict()).slice(0, 5)).toEqual([
      'self_attn.in_proj_weight',
      'self_attn.in_proj_bias',
      'self_attn.out_proj.weight',
      'self_attn.out_proj.bias',
      'linear1.weight',
    ])
    expect(String(layer)).toBe(`TransformerEncoderLayer(
  (self_attn): MultiheadAttention(
    (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)
  )
  (linear1): Linear(in_features=4, out_features=6, bias=True)
  (dropout): Dropout(p=0.25, inplace=False)
  (linear2): Linear(in_features=6, out_features=4, bias=True)
  (norm1): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
  (norm2): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
  (dropout1): Dropout(p=0.25, inplace=False)
  (dropout2): Dropout(p=0.25, inplace=False)
)`)
  })

  test('takes activations by name, as functions and as layers', () => {
    expect(new TransformerEncoderLayer(4, 2, 6).activation).toBe(relu)
    expect(new TransformerEncoderLayer(4, 2, 6, 0, 'gelu').activation).toBe(gelu)
    const double = (x: Tensor): Tensor => x.mul(2)
    expect(new TransformerEncoderLayer(4, 2, { activation: double }).activation).toBe(double)
    expect(String(new TransformerEncoderLayer(4, 2, { activation: new ReLU() }))).toMatch(
      /\n {2}\(activation\): ReLU\(\)/,
    )
    expect(() => new TransformerEncoderLayer(4, 2, { activation: 'tanh' as never })).toThrow(
      'activation should be relu/gelu, not tanh',
    )
    // @ts-expect-error there is no such option
    expect(() => new TransformerEncoderLayer(4, 2, { heads: 2 })).toThrow(/unknown option 'heads'/)
  })
})

describe('TransformerEncoder', () => {
  test('copies its layer', () => {
    const [layer] = seeded()
    const encoder = new TransformerEncoder(layer, 2)
    const [first, second] = encoder.layers as Iterable<TransformerEncoderLayer> as [
      TransformerEncoderLayer,
      TransformerEncoderLayer,
    ]
    expect(first).not.toBe(layer)
    expect(second.linear1.weight.tolist()).toEqual(layer.linear1.weight.tolist())
    noGrad(() => first.linear1.weight.zero_())
    expect(second.linear1.weight.tolist()).toEqual(layer.linear1.weight.tolist())
    expect(String(encoder)).toMatch(/^TransformerEncoder\(\n {2}\(layers\): ModuleList\(\n {4}\(0-1\): 2 x Transf/)
  })

  test('leaves padding out where PyTorch does', () => {
    const [layer, x] = seeded()
    const encoder = new TransformerEncoder(layer, 2, { norm: new LayerNorm(4) }).eval()
    const kept = [1.32304013, -0.232547879, -1.43991363, 0.349421501, -1.70345736, 0.5157094, 0.845732152, 0.342015892]
    const call = { srcKeyPaddingMask: padding() }
    expectClose(noGrad(() => encoder(x, call)).select(0, 0), [...kept, 0, 0, 0, 0], 1e-5)
    const last = [0.488250464, 1.14636612, -0.0718450844, -1.56277144]
    expectClose(encoder(x, call).select(0, 0), [...kept, ...last], 1e-5)
    encoder.enableNestedTensor = false
    expectClose(noGrad(() => encoder(x, call)).select(0, 0), [...kept, ...last], 1e-5)
    // padding in front is not left out
    encoder.enableNestedTensor = true
    const front = { srcKeyPaddingMask: padding().flip([1]) }
    expect(
      noGrad(() => encoder(x, front))
        .select(0, 0)
        .select(0, 0)
        .abs()
        .max()
        .item(),
    ).toBeGreaterThan(0.1)
  })

  test('finds out that a mask is causal', () => {
    const encoder = new TransformerEncoder(new TransformerEncoderLayer(4, 2, 6, 0), 1)
    const x = randn([3, 2, 4])
    const mask = Transformer.generateSquareSubsequentMask(3)
    const output = encoder(x, mask)
    expectClose(encoder(x, mask, null, false).sub(output).abs().max(), [0])
    expectClose(
      encoder(x, { mask: mask.lt(0), isCausal: true })
        .sub(output)
        .abs()
        .max(),
      [0],
    )
    // the first position sees itself alone
    expectClose(
      encoder(x.narrow(0, 0, 1))
        .sub(output.narrow(0, 0, 1))
        .abs()
        .max(),
      [0],
    )
  })
})

describe('TransformerDecoder', () => {
  test('attends to the memory', () => {
    const layer = new TransformerDecoderLayer(4, 2, { dimFeedforward: 6, dropout: 0 })
    const decoder = new TransformerDecoder(layer, 2, new LayerNorm(4))
    const [tgt, memory] = [randn([2, 3, 4]), randn([5, 3, 4])]
    expect(decoder(tgt, memory).shape).toEqual([2, 3, 4])
    // what is masked makes no difference
    const memoryKeyPaddingMask = zeros([3, 5], { dtype: 'bool' })
    memoryKeyPaddingMask.set([':', -1], true)
    const masked = decoder(tgt, memory, { memoryKeyPaddingMask })
    expectClose(
      decoder(tgt, memory.narrow(0, 0, 4))
        .sub(masked)
        .abs()
        .max(),
      [0],
    )
    expect(Object.keys(layer.stateDict())).toContain('multihead_attn.in_proj_weight')
  })
})

describe('Transformer', () => {
  test('computes what PyTorch computes for a seed', () => {
    manualSeed(0)
    const model = new Transformer(4, 2, 1, 1, 6, { normFirst: true }).eval()
    const [src, tgt] = [randn([3, 2, 4]), randn([2, 2, 4])]
    const y = model(src, tgt, { tgtMask: Transformer.generateSquareSubsequentMask(2) })
    expectClose(
      y.select(1, 0),
      [-1.5001843, -0.155911893, 0.407468438, 1.24862766, -1.55033767, -0.0462140106, 1.19810069, 0.398451],
      1e-5,
    )
    expect(Object.keys(model.stateDict())[0]).toBe('encoder.layers.0.self_attn.in_proj_weight')
    expect([...model.parameters()].reduce((n, p) => n + p.count, 0)).toBe(412)
  })

  test('has masks for causal attention', () => {
    const inf = Number.NEGATIVE_INFINITY
    expect(Transformer.generateSquareSubsequentMask(2).tolist()).toEqual([
      [0, inf],
      [0, 0],
    ])
    expect(Transformer.generateSquareSubsequentMask(2, { dtype: 'float64' }).dtype.name).toBe('float64')
  })

  test('takes other encoders and decoders', () => {
    const model = new Transformer({ dModel: 4, nhead: 2, customEncoder: new Identity(), numDecoderLayers: 1 })
    expect(model(randn([3, 2, 4]), randn([2, 2, 4])).shape).toEqual([2, 2, 4])
    expect(model.encoder).toBeInstanceOf(Identity)
  })

  test('says what does not fit', () => {
    const model = new Transformer(4, 2, 1, 1, 6)
    expect(() => model(zeros([3, 2, 4]), zeros([3, 1, 4]))).toThrow('the batch number of src and tgt must be equal')
    expect(() => model(zeros([3, 2, 5]), zeros([3, 2, 4]))).toThrow(
      'the feature number of src and tgt must be equal to d_model',
    )
  })
})
