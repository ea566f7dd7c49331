import { ones, randn, type Tensor, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  type AnyModule,
  Identity,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterDict,
  ParameterList,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from '../src/index.js'

const keys = (module: AnyModule): string[] => [...module.namedChildren()].map(([name]) => name)

describe('Sequential', () => {
  test('calls its modules in order', () => {
    const model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 1))
    const x = randn([2, 3])
    expect(model(x).tolist()).toEqual((model[2] as Linear)((model[0] as Linear)(x).relu()).tolist())
    expect(new Sequential()(x)).toBe(x)
    expect(model.length).toBe(3)
    expect([...model].map(String)).toEqual([...model.children()].map(String))
  })

  test('takes names, as an OrderedDict in Python', () => {
    const model = new Sequential({ hidden: new Linear(3, 4), act: new ReLU() })
    expect(keys(model)).toEqual(['hidden', 'act'])
    expect(model.getSubmodule('act')).toBeInstanceOf(ReLU)
    expect(model.at(-1)).toBeInstanceOf(ReLU)
    expect(keys(new Sequential(new Map([['a', new ReLU() as AnyModule]])))).toEqual(['a'])
  })

  test('sees a module that is replaced, as fine-tuning does it', () => {
    const model = new Sequential(new Identity(), new Linear(2, 3))
    model[1] = new Linear(2, 5)
    expect(model(ones([1, 2])).shape).toEqual([1, 5])
    model.set(-1, new Linear(2, 7))
    expect(model(ones([1, 2])).shape).toEqual([1, 7])
    const named = new Sequential({ fc: new Linear(2, 3) })
    Object.assign(named, { fc: new Linear(2, 4) })
    expect(named(ones([1, 2])).shape).toEqual([1, 4])
  })

  test('is edited in place', () => {
    const model = new Sequential(new Identity())
    model.append(new Tanh()).extend([new ReLU()]).insert(1, new Sigmoid())
    expect([...model].map(String)).toEqual(['Identity()', 'Sigmoid()', 'Tanh()', 'ReLU()'])
    expect(String(model.pop(1))).toBe('Sigmoid()')
    model.insert(-1, new Sigmoid())
    expect([...model].map(String)).toEqual(['Identity()', 'Tanh()', 'Sigmoid()', 'ReLU()'])
    expect(keys(model)).toEqual(['0', '1', '2', '3'])
    expect(keys(model.slice(1, 3))).toEqual(['1', '2'])
    expect(
      model
        .slice(-1)(tensor([-1.5]))
        .tolist(),
    ).toEqual([0])
    model.delete(-1)
    model.delete(0, 2)
    expect([...model].map(String)).toEqual(['Sigmoid()'])
    expect(keys(model)).toEqual(['0'])
    expect([...model.concat(new Sequential(new Tanh()))].map(String)).toEqual(['Sigmoid()', 'Tanh()'])
    expect(() => model.at(4)).toThrow('index 4 is out of range')
    expect(() => model.delete(1)).toThrow('index 1 is out of range')
    expect(() => model.insert(9, new ReLU())).toThrow('Index out of range: 9')
    expect(() => new Sequential(3 as never)).toThrow('number is not a Module subclass')
    expect(() => new Sequential([new ReLU()] as never)).toThrow('a list of modules is spread')
  })
})

describe('ModuleList', () => {
  test('holds modules by number', () => {
    const list = new ModuleList([new Linear(2, 2), new Linear(2, 3)])
    expect(list.length).toBe(2)
    expect(list[1]!.outFeatures).toBe(3)
    expect(list.at(-2).outFeatures).toBe(2)
    list[0] = new Linear(2, 9)
    list.insert(1, new Linear(1, 1))
    list.append(new Linear(4, 4))
    list.set(-1, new Linear(5, 5))
    expect([...list].map((fc) => fc.outFeatures)).toEqual([9, 1, 3, 5])
    expect(list.pop(0).outFeatures).toBe(9)
    expect(list.slice(1).length).toBe(2)
    expect([...new ModuleList().extend(list)]).toHaveLength(3)
    const longer = list.concat([new Linear(1, 7)])
    expect([...longer].map((fc) => fc.outFeatures)).toEqual([1, 3, 5, 7])
    longer.delete(1)
    longer.delete(-2, longer.length)
    expect([...longer].map((fc) => fc.outFeatures)).toEqual([1])
    expect(Object.keys(list.stateDict())).toEqual(['0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias'])
    expect(() => list.at(-4)).toThrow('index -4 is out of range')
    expect(() => list.extend(3 as never)).toThrow(TypeError)
    expect(() => list.append(null as never)).toThrow('null is not a Module subclass')
  })

  test('keeps the order beyond ten', () => {
    const list = new ModuleList(Array.from({ length: 12 }, (_, i) => new Linear(1, i + 1)))
    expect([...list].map((fc) => fc.outFeatures)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    expect(String(new ModuleList())).toBe('ModuleList()')
  })
})

describe('ModuleDict', () => {
  test('holds modules by any key, in order', () => {
    const dict = new ModuleDict({ relu: new ReLU() as AnyModule, keys: new Tanh() })
    dict.set('10', new Sigmoid()).set('2', new Identity())
    expect([...dict]).toEqual(['relu', 'keys', '10', '2'])
    expect(keys(dict)).toEqual(['relu', 'keys', '10', '2'])
    expect([...dict.values()].map(String)).toEqual(['ReLU()', 'Tanh()', 'Sigmoid()', 'Identity()'])
    expect(dict.get('keys')).toBeInstanceOf(Tanh)
    expect(dict.has('x')).toBe(false)
    expect(String(dict.pop('10'))).toBe('Sigmoid()')
    expect(dict.delete('2')).toBe(true)
    expect(dict.length).toBe(2)
    dict.update(new ModuleDict({ relu: new Linear(1, 1) as AnyModule }))
    expect(Object.keys(dict.stateDict())).toEqual(['relu.weight', 'relu.bias'])
    expect(dict.getParameter('relu.bias').shape).toEqual([1])
    expect(() => dict.get('x')).toThrow("ModuleDict has no key 'x'")
    expect(() => dict.set('a.b', new ReLU())).toThrow(TypeError)
    dict.clear()
    expect([...dict.items()]).toEqual([])
  })
})

describe('containers of parameters', () => {
  test('ParameterList', () => {
    const list = new ParameterList([ones([2, 3])])
    list.append(new Parameter(ones([1]))).extend([ones([2])])
    expect(list.length).toBe(3)
    expect(list[0]).toBeInstanceOf(Parameter)
    expect(list.at(-1).shape).toEqual([2])
    list.set(1, ones([4]))
    expect(Object.entries(list.stateDict()).map(([key, x]) => [key, x.shape])).toEqual([
      ['0', [2, 3]],
      ['1', [4]],
      ['2', [2]],
    ])
    expect(String(new ParameterList([ones([2, 3])]))).toBe(
      'ParameterList(  (0): Parameter containing: [torch.float32 of size 2x3])',
    )
    expect(list.slice(1).length).toBe(2)
    expect(() => list.at(3)).toThrow('index 3 is out of range')
    expect(() => list()).toThrow('ParameterList should not be called.')
    expect(() => list.extend(ones([2]) as never)).toThrow('should be called with an iterable, but got Tensor')
  })

  test('ParameterDict', () => {
    const dict = new ParameterDict({ b: ones([1]), a: ones([2]) })
    dict.set('9', ones([3])).set('1', ones([1]))
    expect([...dict]).toEqual(['b', 'a', '9', '1'])
    expect([...dict.namedParameters()].map(([name]) => name)).toEqual(['b', 'a', '9', '1'])
    expect(dict.pop('9').shape).toEqual([3])
    expect(dict.get('a')).toBeInstanceOf(Parameter)
    expect(dict.has('9')).toBe(false)
    expect(String(new ParameterDict({ a: ones([2, 3]) }))).toBe(
      'ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2x3])',
    )
    const gain = dict.setdefault('gain', ones([5]))
    expect(dict.setdefault('gain', ones([1]))).toBe(gain)
    const copy = dict.copy()
    expect(copy.popitem()).toEqual(['gain', gain])
    expect([copy.length, dict.length]).toEqual([3, 4])
    expect([...new ParameterDict().fromkeys(['x', 'y'], ones([1])).keys()]).toEqual(['x', 'y'])
    expect(() => new ParameterDict().popitem()).toThrow('popitem(): ParameterDict is empty')
    expect(() => dict.get('zz')).toThrow("ParameterDict has no key 'zz'")
    expect(() => dict()).toThrow('ParameterDict should not be called.')
  })

  test('are part of the model that holds them', () => {
    class Net extends Module {
      weights = new ParameterList([ones([1]), ones([2])])
      named = new ParameterDict({ gain: ones([1]) })
      override forward(x: Tensor): Tensor {
        return [...this.weights].reduce((y, w) => y.add(w.sum()), x).mul(this.named.get('gain'))
      }
    }
    const net = new Net()
    net.loadStateDict({ 'weights.0': ones([1]), 'weights.1': ones([2]), 'named.gain': tensor([2]) })
    const y = net(ones([1]))
    expect(y.item()).toBe(8)
    y.backward()
    expect(net.weights[1]!.grad!.tolist()).toEqual([2, 2])
    net.double()
    expect(net.named.get('gain').dtype.name).toBe('float64')
    expect(net.weights[0]!.dtype.name).toBe('float64')
  })
})
