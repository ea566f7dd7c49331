import { cat, manualSeed, ones, rand, relu, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  Embedding,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  summary,
  TransformerEncoderLayer,
  utils,
} from '../src/index.js'

class Net extends Module {
  conv1 = new Conv2d(1, 10, 5)
  conv2 = new Conv2d(10, 20, 5)
  pooling = new MaxPool2d(2)
  fc = new Linear(320, 10)

  override forward(x: Tensor): Tensor {
    const h = relu(this.pooling(this.conv1(x)))
    return this.fc(relu(this.pooling(this.conv2(h))).flatten(1))
  }
}

class Block extends Module {
  body = new Sequential(new Conv2d(4, 4, 3, { padding: 1, bias: false }), new BatchNorm2d(4), new ReLU())
  scale = new Parameter(ones([4, 1, 1]))

  override forward(x: Tensor): Tensor {
    return x.add(this.scale.mul(this.body(x)))
  }
}

/** Two inputs, two outputs, dropout between. */
class Two extends Module<[tokens: Tensor, features: Tensor], [Tensor, Tensor]> {
  emb = new Embedding(10, 6)
  lstm = new LSTM(6, 5, { batchFirst: true })
  dropout = new Dropout()
  fc = new Linear(8, 2)

  override forward(tokens: Tensor, features: Tensor): [Tensor, Tensor] {
    const [out, [h]] = this.lstm(this.dropout(this.emb(tokens)))
    return [this.fc(cat([h.select(0, -1), features], 1)), out]
  }
}

describe('summary', () => {
  test('is a table', () => {
    const found = summary(new Net(), [64, 1, 28, 28])
    // the numbers, and all but the order of the layers, are torchinfo's
    expect(
      String(found),
    ).toBe(`==========================================================================================
Layer (type:depth-idx)                   Output Shape              Param #
==========================================================================================
Net                                      [64, 10]                  --
├─Conv2d: 1-1                            [64, 10, 24, 24]          260
├─Conv2d: 1-2                            [64, 20, 8, 8]            5,020
├─MaxPool2d: 1-3                         [64, 20, 4, 4]            --
├─Linear: 1-4                            [64, 10]                  3,210
==========================================================================================
Total params: 8,490
Trainable params: 8,490
Non-trainable params: 0
Total mult-adds (M): 30.35
==========================================================================================
Input size (MB): 0.20
Forward/backward pass size (MB): 3.61
Params size (MB): 0.03
Estimated Total Size (MB): 3.84
==========================================================================================`)
    expect(found.totalMultAdds).toBe(64 * (260 * 24 * 24 + 5020 * 64 + 3210))
    expect(found.rows[3]).toMatchObject({ path: 'pooling', calls: 2, params: 0 })
    expect(found.inputBytes + found.forwardBackwardBytes + found.paramBytes).toBe(found.totalBytes)
  })

  test('shows a tree with the columns asked for', () => {
    const model = new Sequential(new Block(), new Block(), new ConvTranspose2d(4, 2, 2, { stride: 2 }))
    const columns = ['kernelShape', 'outputShape', 'params', 'multAdds', 'trainable'] as const
    ;(model[1] as Block).scale.requiresGrad_(false)
    const found = summary(model, [2, 4, 8, 8], { columns, columnWidth: 16, names: true })
    const lines = String(found)
      .split('\n')
      .map((line) => line.trimEnd())
    expect(lines[1]).toBe(
      'Layer (type (var_name):depth-idx)        Kernel Shape     Output Shape     Param #          Mult-Adds        Trainable',
    )
    expect(lines.slice(3, 9)).toEqual([
      'Sequential                               --               [2, 2, 16, 16]   --               --               Partial',
      '├─Block (0): 1-1                         --               [2, 4, 8, 8]     4                --               True',
      '│    └─Sequential (body): 2-1            --               [2, 4, 8, 8]     --               --               True',
      '│    │    └─Conv2d (0): 3-1              [3, 3]           [2, 4, 8, 8]     144              18,432           True',
      '│    │    └─BatchNorm2d (1): 3-2         --               [2, 4, 8, 8]     8                16               True',
      '│    │    └─ReLU (2): 3-3                --               [2, 4, 8, 8]     --               --               --',
    ])
    expect(lines).toContain('Total mult-adds (k): 54.30')
    expect(lines).toContain('Non-trainable params: 4')
    // layers that are left out count where the table ends
    const [, , , first] = found
      .toString({ depth: 1, names: false, columns: ['params', 'multAdds'] })
      .split(/\n(?=[A-Z├])/)
    expect(first!.trim().split(/ {2,}/)).toEqual(['├─Block: 1-1', '156', '18,448'])
  })

  test('takes several inputs, and modules that give several tensors', () => {
    const model = new Two()
    const found = summary(model, [zeros([3, 7], { dtype: 'int64' }), zeros([3, 3])])
    expect(found.rows.map(({ path, outputShapes }) => [path, outputShapes])).toEqual([
      [
        '',
        [
          [3, 2],
          [3, 7, 5],
        ],
      ],
      ['emb', [[3, 7, 6]]],
      [
        'lstm',
        [
          [3, 7, 5],
          [1, 3, 5],
          [1, 3, 5],
        ],
      ],
      ['dropout', [[3, 7, 6]]],
      ['fc', [[3, 2]]],
    ])
    expect(found.totalParams).toBe(338)
    expect(found.totalMultAdds).toBe(260 * 21 + 18 * 3)
    const shapes = summary(
      model,
      [
        [3, 7],
        [3, 3],
      ],
      { dtypes: ['int64', 'float32'] },
    )
    expect(shapes.rows).toEqual(found.rows)
    expect(shapes.inputBytes).toBe(3 * 7 * 8 + 3 * 3 * 4)
  })

  test('treats attention, and layers with parametrizations, as one', () => {
    const layer = summary(new TransformerEncoderLayer(16, 4, 32), [5, 2, 16])
    expect(layer.totalMultAdds).toBe(10 * (1088 + 544 + 528) + 5 * 32 * 2)
    expect(layer.rows.map(({ path }) => path)).not.toContain('self_attn.out_proj')
    const normed = summary(new Sequential(utils.parametrizations.weightNorm(new Linear(3, 2))), [4, 3])
    expect(normed.rows.map(({ type, params }) => [type, params])).toEqual([
      ['Sequential', 10],
      ['ParametrizedLinear', 10],
    ])
    expect(normed.totalMultAdds).toBe(40)
  })

  test('counts what is shared once', () => {
    class Shared extends Module {
      first = new Linear(3, 3)
      again = new ModuleList([this.first, new Linear(3, 3, false)])

      constructor() {
        super()
        this.again[1]!.weight = this.first.weight
      }

      override forward(x: Tensor): Tensor {
        return this.again[1]!(this.again[0]!(this.first(x)))
      }
    }
    const found = summary(new Shared(), [1, 3])
    expect(found.totalParams).toBe(12)
    expect(found.rows.map(({ path, isRecursive, calls }) => [path, isRecursive, calls])).toEqual([
      ['', false, 1],
      ['first', false, 2],
      ['again', false, 0],
      ['again.0', true, 2],
      ['again.1', true, 1],
    ])
    expect(found.totalMultAdds).toBe(12 + 12 + 9)
    expect(String(found).match(/\(recursive\)/g)).toHaveLength(2)
  })

  test('leaves modes, buffers, gradients and the random stream as they were', () => {
    class Counting extends Module {
      declare count: Tensor
      norm = new BatchNorm2d(1)
      dropout = new Dropout().eval()

      constructor() {
        super()
        this.registerBuffer('count', tensor(0))
      }

      override forward(x: Tensor): Tensor {
        this.count = this.count.add(1)
        expect(this.training).toBe(false)
        return this.dropout(this.norm(x))
      }
    }
    const model = new Counting()
    const { count } = model
    manualSeed(3)
    const wanted = rand([2]).tolist()
    manualSeed(3)
    const found = summary(model, [2, 1, 3, 3])
    expect(rand([2]).tolist()).toEqual(wanted)
    expect(found.rows[0]!.outputShapes).toEqual([[2, 1, 3, 3]])
    expect(model.count).toBe(count)
    expect([model.training, model.norm.training, model.dropout.training]).toEqual([true, true, false])
    expect(model.norm.numBatchesTracked!.item()).toBe(0)
    expect([...model.parameters()].every((p) => p.grad === null)).toBe(true)
    // after an error too
    expect(() => summary(model, [2, 2, 3, 3])).toThrow()
    expect(model.training).toBe(true)
  })

  test('tells of a model that is not called what can be told', () => {
    const found = summary(new Net())
    expect(found.hasRun).toBe(false)
    expect(String(found)).toContain('Total params: 8,490')
    expect(String(found)).not.toContain('mult-adds')
    expect(() => summary(new Net(), [])).toThrow('input must be a shape')
    expect(() => summary(new Net(), [1, -1])).toThrow('sizes must be integers of at least 0, but got [1, -1]')
    // @ts-expect-error there is no such column
    expect(() => summary(new Net(), [1, 1, 28, 28], { columns: ['weights'] })).toThrow("unknown column 'weights'")
  })
})
