import { manualSeed, ones, type Tensor, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  GRU,
  Linear,
  Module,
  type ModuleGrads,
  ReLU,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
  Sequential,
} from '../src/index.js'
import { expectClose } from './close.js'

describe('forward hooks', () => {
  test('see and replace the output, until they are removed', () => {
    const layer = new Linear(2, 2)
    const handle = layer.registerForwardHook((module, [input], output) => {
      expect(module).toBe(layer)
      expect(input.tolist()).toEqual([[1.5, 2]])
      return output.mul(0).abs()
    })
    const watch: number[] = []
    layer.registerForwardHook((_, __, output) => void watch.push(output.sum().item()))
    expect(layer(tensor([[1.5, 2]])).tolist()).toEqual([[0, 0]])
    expect(watch).toEqual([0])
    handle.remove()
    expect(layer(tensor([[1.5, 2]])).tolist()).not.toEqual([[0, 0]])
  })

  test('before the call see and replace the arguments', () => {
    const relu = new ReLU()
    relu.registerForwardPreHook((_, [x]) => [x.mul(2)])
    relu.registerForwardPreHook((_, [x]) => x.add(1), { prepend: true })
    expect(relu(tensor([1.5])).tolist()).toEqual([5])
  })

  test('run in the order asked for', () => {
    const relu = new ReLU()
    const order: string[] = []
    relu.registerForwardHook(() => void order.push('second'))
    relu.registerForwardHook(() => void order.push('first'), { prepend: true })
    relu(ones([1]))
    expect(order).toEqual(['first', 'second'])
  })

  test('run after an error only if they ask for it', () => {
    class Failing extends Module {
      override forward(): Tensor {
        throw new Error('broken')
      }
    }
    const module = new Failing()
    const called: string[] = []
    module.registerForwardHook(() => void called.push('plain'))
    module.registerForwardHook(() => void called.push('always'), { alwaysCall: true })
    expect(() => module()).toThrow('broken')
    expect(called).toEqual(['always'])
  })

  test('work inside a model', () => {
    const model = new Sequential(new Linear(2, 3), new ReLU())
    let shape: readonly number[] = []
    ;(model[0] as Linear).registerForwardHook((_, __, output) => {
      shape = output.shape
    })
    model(ones([4, 2]))
    expect(shape).toEqual([4, 3])
  })
})

describe('backward hooks', () => {
  test('see and replace gradients as PyTorch’s do', () => {
    manualSeed(0)
    const layer = new Linear(2, 2)
    const x = ones([1, 2], { requiresGrad: true })
    const seen: ModuleGrads[] = []
    layer.registerFullBackwardPreHook((_, [g]) => [g!.mul(2)])
    layer.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradInput, gradOutput)
      return [gradInput[0]!.mul(10)]
    })
    layer(x).sum().backward()
    expectClose(seen[0]![0], [-1.17454946, -0.282129169])
    expectClose(seen[1]![0], [2, 2])
    expectClose(x.grad, [-11.7454948, -2.82129169])
    expectClose(layer.weight.grad, [2, 2, 2, 2])
  })

  test('have null where no gradient is wanted, and run all the same', () => {
    const layer = new Linear(2, 1)
    const seen: ModuleGrads[] = []
    const handle = layer.registerFullBackwardHook((_, gradInput, gradOutput) => void seen.push(gradInput, gradOutput))
    layer(ones([1, 2]))
      .sum()
      .backward()
    expect(seen[0]).toEqual([null])
    expectClose(seen[1]![0], [1])
    handle.remove()
    layer(ones([1, 2]))
      .sum()
      .backward()
    expect(seen).toHaveLength(2)
  })

  test('work for modules with several results', () => {
    const gru = new GRU(2, 2)
    const x = ones([3, 1, 2], { requiresGrad: true })
    let counts: number[] = []
    gru.registerFullBackwardHook((_, gradInput, gradOutput) => {
      counts = [gradInput.length, gradOutput.length]
    })
    const [out, h] = gru(x)
    out.sum().add(h.sum()).backward()
    expect(counts).toEqual([1, 2])
    expect(x.grad?.shape).toEqual([3, 1, 2])
  })

  test('must give back as many gradients as they got', () => {
    const layer = new Linear(2, 1)
    layer.registerFullBackwardHook((_, [g]) => [g!, g!])
    expect(() =>
      layer(ones([1, 2], { requiresGrad: true }))
        .sum()
        .backward(),
    ).toThrow('Backward hook returned an invalid number of grad_input, got 2, but expected 1')
  })
})

describe('hooks of every module', () => {
  test('run before those of the modules, until they are removed', () => {
    const model = new Sequential(new Linear(2, 2), new ReLU())
    const order: string[] = []
    ;(model[1] as ReLU).registerForwardHook(() => void order.push('own'))
    const handles = [
      registerModuleForwardPreHook((module) => void order.push(`before ${module.constructor.name}`)),
      registerModuleForwardHook((module) => void order.push(`after ${module.constructor.name}`)),
    ]
    model(ones([1, 2]))
    expect(order).toEqual([
      'before Sequential',
      'before Linear',
      'after Linear',
      'before ReLU',
      'after ReLU',
      'own',
      'after Sequential',
    ])
    for (const handle of handles) handle.remove()
    handles[0]!.remove()
    order.length = 0
    model(ones([1, 2]))
    expect(order).toEqual(['own'])
  })

  test('replace arguments, outputs and gradients', () => {
    const relu = new ReLU()
    const x = tensor([1, 2], { dtype: 'float32', requiresGrad: true })
    const handles = [
      registerModuleForwardPreHook((_, [input]) => [(input as Tensor).add(1)]),
      registerModuleForwardHook((_, __, output) => (output as Tensor).mul(2)),
      registerModuleFullBackwardPreHook((_, [grad]) => [grad!.mul(10)]),
      registerModuleFullBackwardHook((_, [grad]) => [grad!.neg()]),
    ]
    const y = relu(x)
    for (const handle of handles) handle.remove()
    expect(y.tolist()).toEqual([4, 6])
    y.sum().backward()
    expect(x.grad!.tolist()).toEqual([-20, -20])
    expect(relu(x).tolist()).toEqual([1, 2])
  })

  test('run after an error if they ask for it', () => {
    class Failing extends Module {
      override forward(): Tensor {
        throw new Error('broken')
      }
    }
    const called: string[] = []
    const handles = [
      registerModuleForwardHook(() => void called.push('plain')),
      registerModuleForwardHook(() => void called.push('always'), { alwaysCall: true }),
    ]
    expect(() => new Failing()()).toThrow('broken')
    for (const handle of handles) handle.remove()
    expect(called).toEqual(['always'])
  })
})
