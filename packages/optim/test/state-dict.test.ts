import { deepCopy, Tensor, tensor } from '@tsorch/core'
import * as optim from '@tsorch/optim'
import { expect, test } from 'vitest'
import { type AnyOptimizer, make, makeParams, optimizers, train } from './zoo.js'

/** Of each class of PyTorch 2.13: the names that it saves of a parameter, and those of its groups, both in order. */
const keys: Record<string, [state: string, group: string]> = {
  SGD: ['momentum_buffer', 'lr momentum dampening weight_decay nesterov maximize foreach differentiable fused'],
  Adam: [
    'step exp_avg exp_avg_sq max_exp_avg_sq',
    'lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused decoupled_weight_decay',
  ],
  AdamW: [
    'step exp_avg exp_avg_sq',
    'lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused decoupled_weight_decay',
  ],
  Adamax: ['step exp_avg exp_inf', 'lr betas eps weight_decay foreach maximize differentiable capturable'],
  NAdam: [
    'step mu_product exp_avg exp_avg_sq',
    'lr betas eps weight_decay momentum_decay decoupled_weight_decay maximize foreach capturable differentiable',
  ],
  RAdam: [
    'step exp_avg exp_avg_sq',
    'lr betas eps weight_decay maximize foreach capturable decoupled_weight_decay differentiable',
  ],
  RMSprop: [
    'step square_avg momentum_buffer grad_avg',
    'lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable',
  ],
  Adagrad: ['step sum', 'lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused'],
  Adadelta: ['step square_avg acc_delta', 'lr rho eps weight_decay maximize capturable foreach differentiable'],
  ASGD: ['step eta mu ax', 'lr lambd alpha t0 weight_decay foreach maximize differentiable capturable'],
  Rprop: ['step prev step_size', 'lr etas step_sizes foreach maximize differentiable capturable'],
  Adafactor: ['step row_var col_var', 'lr beta2_decay eps d weight_decay foreach maximize'],
  Muon: ['momentum_buffer', 'lr weight_decay momentum nesterov ns_coefficients eps ns_steps adjust_lr_fn'],
  LBFGS: [
    'func_evals n_iter al d t old_dirs old_stps ro H_diag prev_flat_grad prev_loss',
    'lr max_iter max_eval tolerance_grad tolerance_change history_size line_search_fn',
  ],
}

test.each(Object.entries(keys))('%s is saved by the names of PyTorch', (name, [state, group]) => {
  const params = makeParams()
  const optimizer = make(name, params)
  train(optimizer, params, 0, 3)
  const saved = optimizer.stateDict()
  expect([...saved.state.keys()]).toEqual(name === 'LBFGS' ? [0] : [0, 1])
  const names = Object.keys(saved.state.get(0)!)
  // the order in which LBFGS makes its entries depends on the steps
  if (name === 'LBFGS') expect(names.toSorted()).toEqual(state.split(' ').toSorted())
  else expect(names).toEqual(state.split(' '))
  const groups = saved.param_groups as { params: number[] }[]
  for (const one of groups) expect(Object.keys(one)).toEqual([...group.split(' '), 'params'])
  expect(groups.flatMap((one) => one.params)).toEqual([0, 1])
})

test('values are plain: numbers, booleans, lists and null', () => {
  const p = tensor([1], { dtype: 'float32', requiresGrad: true })
  const optimizer = new optim.Adam([p], { betas: [0.5, 0.9] })
  expect(optimizer.stateDict()).toEqual({
    state: new Map(),
    param_groups: [
      {
        lr: 1e-3,
        betas: [0.5, 0.9],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: false,
        maximize: false,
        foreach: null,
        capturable: false,
        differentiable: false,
        fused: null,
        decoupled_weight_decay: false,
        params: [0],
      },
    ],
  })
  p.grad = tensor([1], { dtype: 'float32' })
  optimizer.step()
  const step = optimizer.stateDict().state.get(0)!.step as Tensor
  expect([step.item(), step.shape, step.dtype.name]).toEqual([1, [], 'float32'])
})

/** What a loader of files may make of a state: maps all over, or objects with strings for keys. */
function asMaps(value: unknown, tensors: (x: Tensor) => unknown = (x) => x): unknown {
  if (value instanceof Tensor) return tensors(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => asMaps(item, tensors))
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return new Map(entries.map(([key, item]) => [key, asMaps(item, tensors)]))
}

const comparable = (state: unknown) => asMaps(state, (x) => [x.dtype.name, x.tolist()])

function asObjects(value: unknown): unknown {
  if (value instanceof Tensor || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(asObjects)
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.map(([key, item]) => [String(key), asObjects(item)]))
}

test.each(Object.keys(optimizers))('%s loads maps and objects alike', (name) => {
  const params = makeParams()
  const optimizer = make(name, params)
  train(optimizer, params, 0, 2)
  const saved = optimizer.stateDict()
  for (const other of [asMaps(saved), asObjects(saved)]) {
    const loaded = make(name, makeParams())
    loaded.loadStateDict(other as never)
    expect(comparable(loaded.stateDict())).toEqual(comparable(saved))
  }
})

test('a file of PyTorch before 1.12 has plain numbers, and no options that came later', () => {
  const p = tensor([1, -2], { dtype: 'float32', requiresGrad: true })
  const optimizer = new optim.Adam([p], { maximize: true, amsgrad: true })
  optimizer.loadStateDict({
    state: { 0: { step: 3, exp_avg: tensor([0.1, 0.2]), exp_avg_sq: tensor([0.01, 0.02]) } },
    param_groups: [{ lr: 0.5, betas: [0.8, 0.9], eps: 1e-8, weight_decay: 0, params: [0] }],
  })
  expect(optimizer.paramGroups[0]).toMatchObject({ lr: 0.5, betas: [0.8, 0.9], maximize: false, amsgrad: false })
  p.grad = tensor([1, 1], { dtype: 'float32' })
  optimizer.step()
  // as PyTorch goes on from there
  expect(p.detach().tolist()).toEqual([0.5788036584854126, -2.5204765796661377].map((x) => expect.closeTo(x, 6)))
  expect((optimizer.state.get(p)!.step as Tensor).item()).toBe(4)
})

test('AdamW stays AdamW when it loads a file that does not say so', () => {
  const optimizer = new optim.AdamW([tensor([1], { dtype: 'float32', requiresGrad: true })])
  const { decoupled_weight_decay: _, ...old } = optimizer.stateDict().param_groups[0]!
  optimizer.loadStateDict({ state: {}, param_groups: [old] })
  expect(optimizer.paramGroups[0]!.decoupledWeightDecay).toBe(true)
})

test('options of the user go through under their own names', () => {
  const p = tensor([1], { dtype: 'float32', requiresGrad: true })
  const group = { params: [p], layer_name: 'head', learningScale: 2 }
  const optimizer = new optim.SGD([group])
  expect(optimizer.stateDict().param_groups[0]).toMatchObject({ layer_name: 'head', learning_scale: 2 })
  optimizer.loadStateDict(optimizer.stateDict())
  expect(optimizer.paramGroups[0]).toMatchObject({ layer_name: 'head', learningScale: 2 })
})

test('a loaded state is a copy, of the dtype of its parameter; counts stay what they are', () => {
  const [p, q] = ['float32', 'bfloat16'].map((dtype) =>
    tensor([1, 2], { dtype: dtype as 'float32', requiresGrad: true }),
  )
  const first = new optim.NAdam([p!])
  p!.grad = tensor([1, 2], { dtype: 'float32' })
  first.step()
  const second = new optim.NAdam([q!])
  second.loadStateDict(first.stateDict())
  const entry = second.stateDict().state.get(0) as Record<string, Tensor>
  expect(Object.values(entry).map((x) => x.dtype.name)).toEqual(['float32', 'float32', 'bfloat16', 'bfloat16'])
  first.step()
  expect([entry.step!.item(), (first.state.get(p!)!.step as Tensor).item()]).toEqual([1, 2])
})

test('what does not fit is refused before anything changes', () => {
  const p = tensor([1, 2], { dtype: 'float32', requiresGrad: true })
  const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.9 })
  const { param_groups } = optimizer.stateDict()
  const groups = () => deepCopy(param_groups) as (typeof param_groups)[number][]
  const load = (state: object) => () => optimizer.loadStateDict(state as optim.LoadableState)
  expect(load({ param_groups })).toThrow("loaded state dict has no 'state'")
  expect(load({ state: {} })).toThrow("loaded state dict has no 'param_groups'")
  expect(load({ state: {}, param_groups: [...groups(), ...groups()] })).toThrow(
    'a different number of parameter groups',
  )
  expect(load({ state: {}, param_groups: [{ ...groups()[0], params: [0, 1] }] })).toThrow(
    "that doesn't match the size of optimizer's group",
  )
  expect(
    load({ state: { 0: { momentum_buffer: tensor([1, 2, 3]) } }, param_groups: [{ ...groups()[0], lr: 5 }] }),
  ).toThrow('has a momentum_buffer of shape [3] for parameter 0, whose shape is [2]')
  expect([optimizer.paramGroups[0]!.lr, optimizer.state.size]).toEqual([0.1, 0])
})

test('names are typed', () => {
  const optimizer: AnyOptimizer = new optim.NAdam([tensor([1], { dtype: 'float32', requiresGrad: true })])
  const nadam = optimizer as optim.NAdam
  const decay: number = nadam.stateDict().param_groups[0]!.momentum_decay
  // @ts-expect-error saved under PyTorch's name
  expect([decay, nadam.stateDict().param_groups[0]!.momentumDecay]).toEqual([4e-3, undefined])
})
