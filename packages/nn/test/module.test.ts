import { manualSeed, ones, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  type AnyModule,
  Conv2d,
  CrossEntropyLoss,
  functional as F,
  init,
  Linear,
  MaxPool2d,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  Softmax,
  snakeCase,
  Tanh,
} from '../src/index.js'

class Net extends Module {
  conv1 = new Conv2d(1, 10, 5)
  pooling = new MaxPool2d(2)
  fc = new Linear(1440, 10)

  override forward(x: Tensor): Tensor {
    const h = F.relu(this.pooling(this.conv1(x)))
    return this.fc(h.view(x.size(0), -1))
  }
}

/** One of everything that a module can hold. */
class Everything extends Module {
  conv = new Sequential(new Conv2d(1, 2, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2))
  blocks = new ModuleList([new Linear(8, 8), new Linear(8, 8), new Linear(8, 2)])
  choice = new ModuleDict({ b: new Tanh(), a: new Softmax({ dim: 1 }) })
  scale = new Parameter(ones([2]))
  declare mean: Tensor
  declare tmp: Tensor
  plain = zeros([3])
  count = 7

  constructor() {
    super()
    this.registerBuffer('mean', zeros([1]))
    this.registerBuffer('tmp', zeros([1]), { persistent: false })
  }

  override extraRepr(): string {
    return 'x=1'
  }
}

const names = (pairs: Iterable<readonly [string, unknown]>): string[] => [...pairs].map(([name]) => name)

describe('a module', () => {
  test('is called like a function and trains', () => {
    manualSeed(0)
    const net = new Net()
    const loss = new CrossEntropyLoss()(net(randn([2, 1, 28, 28])), tensor([3, 7]))
    loss.backward()
    for (const p of net.parameters()) expect(p.grad?.shape).toEqual(p.shape)
    net.zeroGrad()
    expect([...net.parameters()].every((p) => p.grad === null)).toBe(true)
  })

  test('is an instance of its class, and a function', () => {
    const net = new Net()
    expect(typeof net).toBe('function')
    expect(net).toBeInstanceOf(Net)
    expect(net).toBeInstanceOf(Module)
    expect(net.fc).toBeInstanceOf(Linear)
  })

  test('says what is missing when forward is', () => {
    class Empty extends Module {}
    expect(() => new Empty()(ones([1]))).toThrow('Module [Empty] is missing the required "forward" function')
    expect(() => new ModuleList()()).toThrow('Module [ModuleList] is missing the required "forward" function')
  })

  test('leaves the names of functions to users', () => {
    class Named extends Module {
      name = new Linear(1, 2)
      length = new Linear(2, 3)
      declare prototype: Linear
      declare bind: Linear
      constructor() {
        super()
        this.prototype = new Linear(3, 4)
        this.bind = new Linear(4, 5)
        Object.assign(this, { arguments: new Parameter(ones([1])), caller: 'me' })
      }
    }
    class Assigned extends Module {
      declare name: Linear
      declare length: number
      constructor() {
        super()
        this.name = new Linear(1, 1)
        this.length = 3
      }
    }
    const named = new Named()
    expect(names(named.namedChildren())).toEqual(['name', 'length', 'prototype', 'bind'])
    expect(named.getParameter('arguments').shape).toEqual([1])
    expect((named as unknown as { caller: string }).caller).toBe('me')
    expect(new Assigned().name).toBeInstanceOf(Linear)
    expect(new Assigned().length).toBe(3)
    const seen: AnyModule[] = []
    named.apply((module) => void seen.push(module))
    expect(seen).toHaveLength(5)
    expect(seen.at(-1)).toBe(named)
  })

  test('shows itself as text in Node’s console', () => {
    const inspect = Symbol.for('nodejs.util.inspect.custom') as never
    const shown = (x: object): string => (x as Record<symbol, () => string>)[inspect]!()
    expect(shown(new ReLU())).toBe('ReLU()')
    expect(shown(new Parameter(ones([1])))).toBe('Parameter containing:\ntensor([1.], requires_grad=True)')
  })

  test('is narrowed by its class, as initialisations use it', () => {
    const net = new Net()
    for (const module of net.modules()) {
      if (module instanceof Linear || module instanceof Conv2d) init.constant_(module.weight, 0.5)
    }
    net.apply((module) => {
      if (module instanceof Linear && module.bias !== null) init.zeros_(module.bias)
    })
    expect(net.fc.bias!.abs().sum().item()).toBe(0)
    expect(net.conv1.weight.min().item()).toBe(0.5)
  })

  test('passes on whatever forward takes and gives', () => {
    class Pair extends Module<[x: Tensor, times: number], [Tensor, string]> {
      override forward(x: Tensor, times: number): [Tensor, string] {
        return [x.mul(times), 'done']
      }
    }
    const [y, word] = new Pair()(ones([1]), 3)
    expect(y.item()).toBe(3)
    expect(word).toBe('done')
  })
})

describe('what a module consists of', () => {
  const net = new Everything()

  test('has PyTorch’s names and order', () => {
    const parameters = ['scale', 'conv.0.weight', 'conv.0.bias']
    for (const i of [0, 1, 2]) parameters.push(`blocks.${i}.weight`, `blocks.${i}.bias`)
    expect(names(net.namedParameters())).toEqual(parameters)
    expect(Object.keys(net.stateDict())).toEqual(['scale', 'mean', ...parameters.slice(1)])
    expect(names(net.namedBuffers())).toEqual(['mean', 'tmp'])
    expect(names(net.namedModules())).toEqual(
      ['', 'conv', 'conv.0', 'conv.1', 'conv.2', 'blocks', 'blocks.0', 'blocks.1', 'blocks.2'].concat([
        'choice',
        'choice.b',
        'choice.a',
      ]),
    )
    expect(names(net.namedChildren())).toEqual(['conv', 'blocks', 'choice'])
    expect(names(net.namedParameters({ recurse: false }))).toEqual(['scale'])
    expect(names(net.namedParameters({ prefix: 'net', recurse: false }))).toEqual(['net.scale'])
    expect([...net.buffers()]).toEqual([net.mean, net.tmp])
  })

  test('prints as in Python', () => {
    expect(String(net)).toBe(
      [
        'Everything(',
        '  x=1',
        '  (conv): Sequential(',
        '    (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
        '    (1): ReLU()',
        '    (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)',
        '  )',
        '  (blocks): ModuleList(',
        '    (0-1): 2 x Linear(in_features=8, out_features=8, bias=True)',
        '    (2): Linear(in_features=8, out_features=2, bias=True)',
        '  )',
        '  (choice): ModuleDict(',
        '    (b): Tanh()',
        '    (a): Softmax(dim=1)',
        '  )',
        ')',
      ].join('\n'),
    )
    expect(String(new Module())).toBe('Module()')
    expect(String(new Parameter(ones([2])))).toBe('Parameter containing:\ntensor([1., 1.], requires_grad=True)')
  })

  test('comes once where it has two names', () => {
    class Tied extends Module {
      first = new Linear(2, 2)
      second = this.first
      weight = this.first.weight
    }
    const tied = new Tied()
    expect(names(tied.namedParameters())).toEqual(['weight', 'first.bias'])
    expect(names(tied.namedChildren())).toEqual(['first'])
    expect(names(tied.namedModules())).toEqual(['', 'first'])
    expect(names(tied.namedModules({ removeDuplicate: false }))).toEqual(['', 'first', 'second'])
    expect(names(tied.namedParameters({ removeDuplicate: false }))).toHaveLength(5)
    expect(Object.keys(tied.stateDict())).toEqual([
      'weight',
      'first.weight',
      'first.bias',
      'second.weight',
      'second.bias',
    ])
  })

  test('is found by its path', () => {
    expect(net.getSubmodule('conv.0')).toBe(net.conv[0])
    expect(net.getSubmodule('')).toBe(net)
    expect(net.getParameter('blocks.1.bias').shape).toEqual([8])
    expect(net.getBuffer('tmp')).toBe(net.tmp)
    expect(() => net.getSubmodule('conv.7')).toThrow('Sequential has no attribute `7`')
    expect(() => net.getSubmodule('scale.x')).toThrow('`scale` is not an nn.Module')
    expect(() => net.getParameter('mean')).toThrow('`mean` is not an nn.Parameter')
    expect(() => net.getParameter('nothing')).toThrow('Everything has no attribute `nothing`')
    expect(() => net.getBuffer('scale')).toThrow('`scale` is not a buffer')
  })

  test('is replaced by its path', () => {
    const model = new Everything()
    const relu = new ReLU()
    model.setSubmodule('conv.0', relu)
    expect(model.conv[0]).toBe(relu)
    model.setSubmodule('choice.b', relu)
    expect(model.choice.get('b')).toBe(relu)
    model.setSubmodule('conv.7', relu)
    expect(model.conv.length).toBe(4)
    expect(() => model.setSubmodule('conv.8', relu, { strict: true })).toThrow('Sequential has no attribute `8`')
    expect(() => model.setSubmodule('scale', relu)).toThrow('`scale` is not an nn.Module')
    expect(() => model.setSubmodule('nothing.0', relu)).toThrow('Everything has no attribute `nothing`')
    expect(() => model.setSubmodule('', relu)).toThrow('Cannot set the submodule without a target name!')
    expect(() => model.setSubmodule('conv.0', 3 as never)).toThrow('`module` is not an nn.Module, found number')
  })

  test('can be added by name, and replaced by assignment', () => {
    const module = new Module()
    module.registerParameter('w', new Parameter(ones([2])))
    module.registerParameter('none', null)
    module.addModule('fc', new Linear(1, 1))
    module.registerBuffer('b', null)
    expect(Object.keys(module.stateDict())).toEqual(['w', 'fc.weight', 'fc.bias'])
    Object.assign(module, { b: ones([1]), fc: new Linear(1, 1, false) })
    expect(Object.keys(module.stateDict())).toEqual(['w', 'b', 'fc.weight'])
    expect(() => module.registerBuffer('w', ones([1]))).toThrow("attribute 'w' already exists")
    expect(() => module.registerParameter('train', new Parameter(ones([1])))).toThrow(
      "attribute 'train' already exists",
    )
    expect(() => module.registerBuffer('a.b', ones([1]))).toThrow('buffer name can\'t contain "."')
    expect(() => module.addModule('', new ReLU())).toThrow('module name can\'t be empty string ""')
    expect(() => module.registerParameter('x', ones([1]) as Parameter)).toThrow(/Parameter or null required/)
    expect(() => module.addModule('x', 3 as never)).toThrow(TypeError)
    expect(() => new Parameter(ones([2], { dtype: 'int64' }))).toThrow(/floating point/)
    expect(new Parameter(ones([2], { dtype: 'int64' }), { requiresGrad: false }).requiresGrad).toBe(false)
  })

  test('has the keys that its class wants', () => {
    class Spelled extends Module {
      static override keyOf = snakeCase
      branchPool = new Linear(1, 1)
      in2H = new Parameter(ones([1]))
    }
    expect(Object.keys(new Spelled().stateDict())).toEqual(['in2_h', 'branch_pool.weight', 'branch_pool.bias'])
    expect(['runningMean', 'weightIhL0Reverse', 'numBatchesTracked', 'q_proj'].map(snakeCase)).toEqual([
      'running_mean',
      'weight_ih_l0_reverse',
      'num_batches_tracked',
      'q_proj',
    ])
  })
})

describe('modes', () => {
  test('reach all modules', () => {
    const net = new Everything()
    expect(net.eval()).toBe(net)
    expect([...net.modules()].some((m) => m.training)).toBe(false)
    net.conv.train()
    expect(net.training).toBe(false)
    expect(net.conv[1]?.training).toBe(true)
    net.train()
    expect([...net.modules()].every((m) => m.training)).toBe(true)
    expect(() => net.train('yes' as never)).toThrow('training mode is expected to be boolean')
  })

  test('of a subclass that keeps a part in evaluation', () => {
    class Frozen extends Module {
      fc = new Linear(1, 1)
      override train(mode = true): this {
        super.train(mode)
        this.fc.training = false
        return this
      }
    }
    const outer = new Sequential(new Frozen()).train()
    expect((outer[0] as Frozen).fc.training).toBe(false)
    expect(outer[0]?.training).toBe(true)
  })

  test('gradients can be switched off and zeroed', () => {
    const fc = new Linear(2, 1)
    fc(ones([1, 2]))
      .sum()
      .backward()
    const { grad } = fc.weight
    fc.zeroGrad({ setToNone: false })
    expect(fc.weight.grad).toBe(grad)
    expect(grad?.tolist()).toEqual([[0, 0]])
    fc.requiresGrad_(false)
    expect(fc(ones([1, 2])).requiresGrad).toBe(false)
  })
})

describe('conversion', () => {
  test('keeps parameters the same objects', () => {
    const net = new Everything()
    net.registerBuffer('steps', zeros([], { dtype: 'int64' }))
    const before = [...net.parameters()]
    expect(net.double()).toBe(net)
    expect([...net.parameters()]).toEqual(before)
    expect(before.every((p) => p.dtype.name === 'float64' && p.requiresGrad)).toBe(true)
    expect(net.mean.dtype.name).toBe('float64')
    expect(net.getBuffer('steps').dtype.name).toBe('int64')
    expect(net.plain.dtype.name).toBe('float32')
    net.to({ dtype: 'float32', device: 'cpu' })
    expect(net.scale.dtype.name).toBe('float32')
    net.to(zeros([1], { dtype: 'float64' })).to('cpu')
    expect(net.scale.dtype.name).toBe('float64')
    expect(() => net.to('int64')).toThrow(
      'nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int64',
    )
  })

  test('casts everything by type, and moves without values by toEmpty', () => {
    const net = new Everything()
    net.registerBuffer('steps', zeros([], { dtype: 'int64' }))
    const { scale } = net
    net.type('float64')
    expect(net.getBuffer('steps').dtype.name).toBe('float64')
    expect(net.scale).toBe(scale)
    const { storage } = scale
    const fc = net.blocks[0] as Linear
    const weight = fc.weight.storage
    expect(net.toEmpty({ device: 'cpu', recurse: false })).toBe(net)
    expect(scale.storage.shares(storage)).toBe(false)
    expect(scale.shape).toEqual([2])
    expect(fc.weight.storage.shares(weight)).toBe(true)
    net.toEmpty({ device: 'cpu' })
    expect(fc.weight.storage.shares(weight)).toBe(false)
  })

  test('trains on in the new dtype', () => {
    const fc = new Linear(2, 1)
    fc(ones([1, 2]))
      .sum()
      .backward()
    fc.double()
    expect(fc.weight.grad?.dtype.name).toBe('float64')
    fc(ones([1, 2], { dtype: 'float64' }))
      .sum()
      .backward()
    expect(fc.weight.grad?.tolist()).toEqual([[2, 2]])
  })
})
