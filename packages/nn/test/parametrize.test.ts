import { arange, deepCopy, manualSeed, ones, rand, type Tensor, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose1d,
  Layer,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  Parameter,
  utils,
} from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

// numbers come from PyTorch 2.13

const { parametrize, parametrizations } = utils
const { registerParametrization, removeParametrizations, isParametrized } = parametrize

const seeded = (): Linear => {
  manualSeed(0)
  return new Linear(3, 2)
}
const keys = (module: { stateDict(): object }): string[] => Object.keys(module.stateDict())

class Symmetric extends Layer {
  override forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).t())
  }

  rightInverse(x: Tensor): Tensor {
    return x.triu()
  }
}

/** Counts how often it is asked. */
class Twice extends Layer {
  calls = 0

  override forward(x: Tensor): Tensor {
    this.calls++
    return x.mul(2)
  }
}

describe('registerParametrization', () => {
  test('computes a parameter, which can be assigned', () => {
    manualSeed(0)
    const layer = registerParametrization(new Linear(3, 3), 'weight', new Symmetric())
    expect(String(layer)).toBe(`ParametrizedLinear(
  in_features=3, out_features=3, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): Symmetric()
    )
  )
)`)
    expect(keys(layer)).toEqual(['bias', 'parametrizations.weight.original'])
    expectClose(
      layer.weight,
      [
        -0.00432251766, 0.309715837, -0.475185335, 0.309715837, -0.222368971, 0.154820725, -0.475185335, 0.154820725,
        -0.0512363985,
      ],
    )
    layer.weight = arange(9, { dtype: 'float32' }).view(3, 3) as Parameter
    expect(layer.weight.tolist()).toEqual([
      [0, 1, 2],
      [1, 4, 5],
      [2, 5, 8],
    ])
    expect(isParametrized(layer)).toBe(true)
    expect(isParametrized(layer, 'weight')).toBe(true)
    expect(isParametrized(layer, 'bias')).toBe(false)
    expect(layer).toBeInstanceOf(Linear)
    expect(parametrize.typeBeforeParametrizations(layer)).toBe(Linear)
  })

  test('lets the original train', () => {
    const layer = new Linear(2, 1, false)
    const { weight } = layer
    registerParametrization(layer, 'weight', new Twice())
    expect([...layer.parameters()]).toEqual([weight])
    layer(ones([1, 2]))
      .sum()
      .backward()
    expect(weight.grad!.tolist()).toEqual([[2, 2]])
    // what several parametrizations make of it: one after the other
    registerParametrization(layer, 'weight', new Twice())
    expectClose(layer.weight, weight.mul(4).flatten().tolist() as number[])
    expect(keys(layer)).toEqual(['parametrizations.weight.original'])
  })

  test('takes several tensors in the place of one', () => {
    class Outer extends Module<[a: Tensor, b: Tensor], Tensor> {
      override forward(a: Tensor, b: Tensor): Tensor {
        return a.unsqueeze(1).mul(b)
      }

      rightInverse(x: Tensor): Tensor[] {
        return [x.select(1, 0).div(x.at(0, 0)), x.select(0, 0)]
      }
    }
    const layer = new Linear(2, 2, false)
    layer.weight = new Parameter(
      tensor(
        [
          [1, 2],
          [3, 6],
        ],
        { dtype: 'float32' },
      ),
    )
    registerParametrization(layer, 'weight', new Outer())
    expect(keys(layer)).toEqual(['parametrizations.weight.original0', 'parametrizations.weight.original1'])
    expect([...layer.parameters()].map((p) => p.shape)).toEqual([[2], [2]])
    expectClose(layer.weight, [1, 2, 3, 6])
    expect(() => removeParametrizations(layer, 'weight', false)).toThrow('Cannot leave unparametrized')
    removeParametrizations(layer, 'weight')
    expectClose(layer.weight, [1, 2, 3, 6])
    expect(layer.weight).toBeInstanceOf(Parameter)
  })

  test('works for buffers and for layers whose keys are not their properties', () => {
    const norm = registerParametrization(new BatchNorm1d(2), 'runningVar', new Twice())
    expect(norm.runningVar!.tolist()).toEqual([2, 2])
    expect(keys(norm)).toContain('parametrizations.running_var.original')
    const lstm = registerParametrization(new LSTM(2, 3), 'weightHhL0', new Twice())
    expect(keys(lstm)).toContain('parametrizations.weight_hh_l0.original')
    expect(isParametrized(lstm, 'weightHhL0')).toBe(true)
    expect(isParametrized(lstm, 'weight_hh_l0')).toBe(true)
    expect(lstm(ones([4, 1, 2]))[0].shape).toEqual([4, 1, 3])
    removeParametrizations(lstm, 'weight_hh_l0')
    expect(keys(lstm)).toContain('weight_hh_l0')
  })

  test('refuses what is not there and what changes dtype or shape', () => {
    class Flat extends Layer {
      override forward(x: Tensor): Tensor {
        return x.flatten()
      }
    }
    class Wide extends Layer {
      override forward(x: Tensor): Tensor {
        return x.double()
      }
    }
    const layer = seeded()
    expect(() => registerParametrization(layer, 'weigth', new Twice())).toThrow(
      "does not have a parameter, a buffer, or a parametrized element with name 'weigth'",
    )
    expect(() => registerParametrization(layer, 'weight', new Flat())).toThrow(
      'Registering a parametrization may not change the shape of the tensor, unless `unsafe` flag is enabled.\nunparametrized shape: torch.Size([2, 3])\nparametrized shape: torch.Size([6])',
    )
    expect(() => registerParametrization(layer, 'weight', new Wide())).toThrow('may not change the dtype')
    expect(keys(layer)).toEqual(['weight', 'bias'])
    registerParametrization(layer, 'weight', new Flat(), { unsafe: true })
    expect(layer.weight.shape).toEqual([6])
    const list = layer as unknown as { parametrizations: { get(key: string): { rightInverse(x: Tensor): void } } }
    expect(() => list.parametrizations.get('weight').rightInverse(ones([6]))).toThrow(
      'parametrization Flat does not implement right_inverse.',
    )
  })

  test('is undone, with either value', () => {
    const layer = seeded()
    const { weight } = layer
    const before = weight.tolist()
    registerParametrization(layer, 'weight', new Twice())
    removeParametrizations(layer, 'weight', { leaveParametrized: false })
    expect(layer.weight).toBe(weight)
    expect(weight.tolist()).toEqual(before)
    registerParametrization(layer, 'weight', new Twice())
    registerParametrization(layer, 'bias', new Twice())
    removeParametrizations(layer, 'weight')
    expect(layer.weight).toBe(weight)
    expectClose(
      weight
        .div(2)
        .sub(tensor(before as number[][]))
        .abs()
        .max(),
      [0],
    )
    expect(isParametrized(layer)).toBe(true)
    removeParametrizations(layer, 'bias')
    expect(layer.constructor).toBe(Linear)
    expect(String(layer)).toBe('Linear(in_features=3, out_features=2, bias=True)')
    expect(() => removeParametrizations(layer, 'weight')).toThrow('does not have a parametrization on weight')
  })

  test('is copied with the module', () => {
    const layer = registerParametrization(seeded(), 'weight', new Twice())
    const copy = deepCopy(layer)
    removeParametrizations(layer, 'weight')
    expect(isParametrized(copy, 'weight')).toBe(true)
    expectClose(copy.weight, layer.weight.flatten().tolist() as number[])
    expect(keys(copy)).toEqual(['bias', 'parametrizations.weight.original'])
  })

  test('goes from one module to another', () => {
    const from = registerParametrization(seeded(), 'weight', new Twice())
    const to = parametrize.transferParametrizationsAndParams(from, new Linear(3, 2))
    expect(to.weight.tolist()).toEqual(from.weight.tolist())
    expect(isParametrized(to, 'weight')).toBe(true)
  })

  test('computes once inside cached', async () => {
    const twice = new Twice()
    const layer = registerParametrization(seeded(), 'weight', twice)
    twice.calls = 0
    parametrize.cached(() => {
      expect(layer.weight).toBe(layer.weight)
      layer(ones([1, 3]))
      expect(twice.calls).toBe(1)
    })
    expect(layer.weight).not.toBe(layer.weight)
    const shape = await parametrize.cached(async () => {
      const { weight } = layer
      await Promise.resolve()
      expect(layer.weight).toBe(weight)
      return weight.shape
    })
    expect(shape).toEqual([2, 3])
    expect(layer.weight).not.toBe(layer.weight)
  })
})

describe('parametrizations', () => {
  test('weightNorm', () => {
    const layer = parametrizations.weightNorm(seeded())
    expect(keys(layer)).toEqual(['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1'])
    const [, norm, direction] = [...layer.parameters()] as [Parameter, Parameter, Parameter]
    norm.data = norm.detach().mul(2)
    const y = layer(ones([1, 3]))
    expectClose(y, [-0.351023257, -0.527110755])
    y.square().sum().backward()
    expectClose(norm.grad, [0.210149422, 1.03017545])
    expectClose(direction.grad, [-1.40089023, -1.63358474, -1.05199289, -0.371258795, -1.1992861, -2.74142861])
    removeParametrizations(layer, 'weight')
    expectClose(layer.weight, [-0.00864503626, 0.619431734, -0.950370789, -0.849789202, -0.444737941, 0.309641451])
    expect(keys(layer)).toEqual(['bias', 'weight'])
    // states of the older form
    const other = parametrizations.weightNorm(new Linear(3, 2))
    other.loadStateDict(utils.weightNorm(seeded()).stateDict())
    expectClose(other.weight, seeded().weight.flatten().tolist() as number[])
  })

  test('spectralNorm', () => {
    const layer = parametrizations.spectralNorm(seeded())
    expect(keys(layer)).toEqual([
      'bias',
      'parametrizations.weight.original',
      'parametrizations.weight.0._u',
      'parametrizations.weight.0._v',
    ])
    const [u, v] = [...layer.buffers()]
    expectClose(u, [0.785607338, -0.618725359])
    expectClose(v, [0.394593656, 0.579200268, -0.713318229])
    const weight = layer.weight as Tensor
    const wanted = [-0.00657285657, 0.470956504, -0.722570777, -0.646098316, -0.338136137, 0.235421687]
    expectClose(weight, wanted)
    weight.square().sum().backward()
    const [original] = [...layer.parameters()].slice(1)
    expectClose(original!.grad, [-1.27495396, -0.409805775, 0.0711405277, -0.976545453, 0.42243731, -1.07075346], 1e-5)
    layer.eval()
    expectClose(layer.weight, wanted)
    expectSameFloats(rand([1]), [0.681608558])
    // a vector needs no iteration
    expectClose(parametrizations.spectralNorm(new LayerNorm(3)).weight, [0.577350259, 0.577350259, 0.577350259])
    expect(() => parametrizations.spectralNorm(seeded(), { dim: 2 })).toThrow(
      'Dimension out of range (expected to be in range of [-2, 1] but got 2)',
    )
    expect(() => parametrizations.spectralNorm(seeded(), 'weight', 0)).toThrow(
      'Expected n_power_iterations to be positive, but got n_power_iterations=0',
    )
  })
})

describe('the older forms by hooks', () => {
  test('weightNorm', () => {
    const layer = utils.weightNorm(seeded(), { dim: 1 })
    expect(keys(layer)).toEqual(['bias', 'weight_g', 'weight_v'])
    const [, g, v] = [...layer.parameters()] as [Parameter, Parameter, Parameter]
    expectClose(g, [0.424916595, 0.381276608, 0.499770492])
    layer(ones([1, 3]))
      .sum()
      .backward()
    expectClose(g.grad, [-1.01012087, 0.229090542, -0.641023457])
    expectClose(v.grad, [0.989724398, 0.813906848, 0.390510321, -0.0100686168, 1.13361073, 1.1985786])
    expect(() => utils.weightNorm(layer)).toThrow('Cannot register two weight_norm hooks on the same parameter weight')
    utils.removeWeightNorm(layer)
    expect(keys(layer)).toEqual(['bias', 'weight'])
    expectClose(layer.weight, seeded().weight.flatten().tolist() as number[])
    expect(() => utils.removeWeightNorm(layer)).toThrow("weight_norm of 'weight' not found in Linear(")
    const whole = utils.weightNorm(seeded(), 'weight', null) as unknown as { weight_g: Parameter }
    expectClose(whole.weight_g, [0.758746684])
    expect(whole.weight_g.shape).toEqual([])
  })

  test('spectralNorm', () => {
    const layer = utils.spectralNorm(seeded(), { nPowerIterations: 2 })
    expect(keys(layer)).toEqual(['bias', 'weight_orig', 'weight_u', 'weight_v'])
    const [u, v] = [...layer.buffers()]
    expectClose(u, [-0.612787306, -0.790247858])
    const y = layer(ones([1, 3]))
    const wanted = [-0.0114039518, 0.817112803, -1.25366545, -1.12098503, -0.586668551, 0.408458292]
    expectClose(layer.weight, wanted)
    expectClose(u, [-0.563407481, -0.826179147])
    expectClose(v, [0.904007196, -0.0218249243, 0.426959872])
    y.sum().backward()
    const [, original] = [...layer.parameters()]
    expectClose(original!.grad, [0.290559769, 2.69494534, 1.52945149, -0.80440402, 2.72138047, 1.01230335], 1e-5)
    utils.removeSpectralNorm(layer)
    expect(keys(layer)).toEqual(['bias', 'weight'])
    expectClose(layer.weight, wanted)
    expect([...layer.buffers()]).toEqual([])
    // the outputs of a transposed convolution are its weight's second dimension
    manualSeed(0)
    const transposed = utils.spectralNorm(new ConvTranspose1d(2, 3, 2))
    expect([...transposed.buffers()].map((x) => x.shape)).toEqual([[3], [4]])
    transposed(ones([1, 2, 2]))
    expectClose(transposed.weight.select(0, 0).select(0, 0), [-0.00731210178, 0.523924708], 1e-5)
    // two calls before one backward pass, as GANs make them
    const critic = utils.spectralNorm(seeded())
    critic(ones([1, 3]))
      .sub(critic(rand([1, 3])))
      .sum()
      .backward()
  })
})

describe('fusion with batch normalisation', () => {
  const normalise = <M extends BatchNorm1d | BatchNorm2d>(norm: M): M => {
    norm.runningMean!.copy_(tensor([0.5, -0.5]))
    norm.runningVar!.copy_(tensor([2, 0.25]))
    norm.weight = new Parameter(tensor([1.5, 0.5]))
    norm.bias = new Parameter(tensor([0.1, 0.2]))
    norm.eval()
    return norm
  }

  test('of a convolution', () => {
    manualSeed(0)
    const conv = new Conv2d(1, 2, 2, { bias: false })
    const norm = normalise(new BatchNorm2d(2))
    expect(() => utils.fuseConvBnEval(conv, norm)).toThrow('Fusion only for eval!')
    const fused = utils.fuseConvBnEval(conv.eval(), norm)
    expectClose(
      fused.weight,
      [-0.00397047587, 0.28449145, -0.436484486, -0.390289634, -0.192573324, 0.134075999, -0.00990639161, 0.39643681],
    )
    expectClose(fused.bias, [-0.430328757, 0.699989974])
    const x = rand([2, 1, 4, 4])
    expectClose(
      fused(x)
        .sub(norm(conv(x)))
        .abs()
        .max(),
      [0],
    )
    expect(conv.bias).toBeNull()
    expect(() => utils.fuseConvBnEval(conv, new BatchNorm2d(2, { trackRunningStats: false }).eval())).toThrow(
      'bn.running_mean and bn.running_var must not be None',
    )
  })

  test('of a linear layer', () => {
    const linear = seeded().eval()
    const norm = normalise(new BatchNorm1d(2))
    const x = rand([4, 3])
    expectClose(
      utils
        .fuseLinearBnEval(
          linear,
          norm,
        )(x)
        .sub(norm(linear(x)))
        .abs()
        .max(),
      [0],
    )
    expect(() => utils.fuseLinearBnEval(linear, new BatchNorm1d(3).eval())).toThrow(
      'got linear.out_features=2 and bn.num_features=3',
    )
  })
})

test('skipInit leaves the random stream where it is', () => {
  manualSeed(0)
  const layer = utils.skipInit(Linear, 100, 50, { bias: false })
  expect(layer.weight.shape).toEqual([50, 100])
  expect(layer.bias).toBeNull()
  const after = rand([2]).tolist()
  manualSeed(0)
  expect(rand([2]).tolist()).toEqual(after)
  expect(new Linear(2, 2).weight.abs().max().item()).toBeGreaterThan(0)
  expect(() => utils.skipInit(class {} as never)).toThrow('Expected a Module')
})
