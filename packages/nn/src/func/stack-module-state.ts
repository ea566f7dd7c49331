import { RuntimeError, stack, type Tensor } from '@tsorch/core'
import type { AnyModule } from '../module/module.js'
import type { NamedTensors } from './functional-call.js'

/**
 * The parameters and buffers of several models of one class, each stacked along a new first dimension.
 *
 * @returns parameters, which are leaves that require gradients if those of the models do, and buffers, by name
 * @throws RuntimeError without models, or if they differ in class or mode
 * @see https://pytorch.org/docs/stable/generated/torch.func.stack_module_state.html
 */
export function stackModuleState(models: Iterable<AnyModule>): [parameters: NamedTensors, buffers: NamedTensors] {
  const [first, ...rest] = models
  const must = (what: string): RuntimeError => new RuntimeError(`stack_module_state: Expected ${what}`)
  if (first === undefined) throw must('at least one model, got 0.')
  if (rest.some((model) => model.training !== first.training))
    throw must('all models to have the same training/eval mode.')
  if (rest.some((model) => model.constructor !== first.constructor)) throw must('all models to be of the same class.')
  const all = [first, ...rest]
  return [
    stacked(all.map((model) => new Map<string, Tensor>(model.namedParameters()))),
    stacked(all.map((model) => new Map(model.namedBuffers()))),
  ]
}

function stacked(states: readonly ReadonlyMap<string, Tensor>[]): NamedTensors {
  const result: NamedTensors = {}
  for (const name of states[0]!.keys()) {
    const tensors = states.map((state) => state.get(name)!)
    const trained = tensors[0]!.requiresGrad
    if (tensors.some((x) => x.requiresGrad !== trained))
      throw new RuntimeError(`Expected ${name} from each model to have the same .requires_grad`)
    result[name] = trained ? stack(tensors).detach().requiresGrad_() : stack(tensors)
  }
  return result
}
