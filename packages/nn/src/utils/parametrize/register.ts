/** Tensors of a module that are computed from others: registered, found and removed. */
import { bindOptions, noGrad, Tensor, ValueError } from '@tsorch/core'
import { ModuleDict } from '../../layers/containers.js'
import type { AnyModule } from '../../module/module.js'
import { Parameter } from '../../parameter.js'
import { addMember, deleteMember, memberNamed, properties } from '../members.js'
import { checkResult, inverted, type Parametrization, ParametrizationList } from './list.js'

/** A class of modules. */
type ModuleClass = new (...args: never[]) => AnyModule

/** What the class of a parametrized module was before, and which of its properties are computed. */
interface Parametrized {
  readonly base: ModuleClass
  /** Keys in `parametrizations` by property. */
  readonly computed: ReadonlyMap<string, string>
}
const parametrizedClasses = new WeakMap<object, Parametrized>()

function parametrizedOf(module: AnyModule): Parametrized {
  const base = module.constructor as unknown as ModuleClass
  return parametrizedClasses.get(base) ?? { base, computed: new Map() }
}

/** Changes which properties of a module are computed: gives it a class of its own, or takes that away. */
function setComputed(module: AnyModule, base: ModuleClass, computed: ReadonlyMap<string, string>): void {
  if (computed.size === 0) {
    Object.setPrototypeOf(module, base.prototype as object)
    return
  }
  const Class = class extends base {}
  Object.defineProperty(Class, 'name', { value: `Parametrized${base.name}` })
  for (const [property, key] of computed) {
    Object.defineProperty(Class.prototype, property, {
      configurable: true,
      get(this: AnyModule) {
        return computedValue(this, key)
      },
      set(this: AnyModule, value: Tensor) {
        listsOf(this)!.get(key).rightInverse(value)
      },
    })
  }
  parametrizedClasses.set(Class, { base, computed })
  Object.setPrototypeOf(module, Class.prototype)
}

/** The parametrizations of a module by key, undefined if it has none. */
function listsOf(module: AnyModule): ModuleDict<ParametrizationList> | undefined {
  const lists = Object.hasOwn(module, 'parametrizations') ? properties(module).parametrizations : undefined
  return lists instanceof ModuleDict ? (lists as ModuleDict<ParametrizationList>) : undefined
}

let caching = 0
const cache = new Map<AnyModule, Map<string, Tensor>>()

function computedValue(module: AnyModule, key: string): Tensor {
  const list = listsOf(module)!.get(key)
  if (caching === 0) return list.compute()
  let known = cache.get(module)
  if (known === undefined) {
    known = new Map()
    cache.set(module, known)
  }
  let value = known.get(key)
  if (value === undefined) {
    value = list.compute()
    known.set(key, value)
  }
  return value
}

/**
 * Runs `body`, in which each parametrized tensor is computed once, however often it is used; an asynchronous one until its
 * promise settles.
 *
 * @example
 * ```ts
 * const output = parametrize.cached(() => model(input))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.cached.html
 */
export function cached<T>(body: () => T): T {
  const end = (): void => {
    if (--caching === 0) cache.clear()
  }
  caching++
  let pending = false
  try {
    const result = body()
    if (result instanceof Promise) {
      pending = true
      return result.finally(end) as T
    }
    return result
  } finally {
    if (!pending) end()
  }
}

/** The key of a computed tensor, by key or property. */
function keyOf(module: AnyModule, name: string): string | undefined {
  const lists = listsOf(module)
  if (lists === undefined) return undefined
  if (lists.has(name)) return name
  return parametrizedOf(module).computed.get(name)
}

/**
 * Whether a tensor of a module is computed by parametrizations; without a name, whether any is.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.is_parametrized.html
 */
export function isParametrized(module: AnyModule, tensorName?: string | null): boolean {
  if (tensorName !== undefined && tensorName !== null) return keyOf(module, tensorName) !== undefined
  return (listsOf(module)?.length ?? 0) > 0
}

/**
 * Computes a parameter or buffer of a module: reading `module.weight` gives `parametrization(original)`, and what is trained is
 * the original, `module.parametrizations.get('weight').original`.
 *
 * Several parametrizations of one tensor are applied in the order in which they were registered. One that has a method
 * `rightInverse` lets `module.weight` be assigned to, and says from what the tensor as it is now is computed; it may give
 * several tensors, which become `original0`, `original1` and so on.
 *
 * @param tensorName - name of the parameter or buffer
 * @param options - `unsafe`: lets dtype and shape change, without checks
 * @returns the module
 * @throws ValueError if there is no such parameter or buffer, or the parametrization changes dtype or shape
 * @example
 * ```ts
 * class Symmetric extends Layer {
 *   override forward(x: Tensor): Tensor {
 *     return x.triu().add(x.triu(1).t())
 *   }
 *   rightInverse(x: Tensor): Tensor {
 *     return x.triu()
 *   }
 * }
 * const layer = parametrize.registerParametrization(new Linear(3, 3), 'weight', new Symmetric())
 * layer.weight // symmetric, also while it is trained
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.register_parametrization.html
 */
export function registerParametrization<M extends AnyModule>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  options: { unsafe?: boolean } = {},
): M {
  const unsafe = options.unsafe ?? false
  parametrization.train(module.training)
  const key = keyOf(module, tensorName)
  if (key !== undefined) {
    const list = listsOf(module)!.get(key)
    if (!unsafe) checkAnother(parametrization, list.compute(), key)
    list.append(parametrization)
    list.unsafe ||= unsafe
    return module
  }
  const own = memberNamed(module, tensorName)
  if (own === undefined) {
    throw new ValueError(
      `Module '${module}' does not have a parameter, a buffer, or a parametrized element with name '${tensorName}'`,
    )
  }
  const list = new ParametrizationList([parametrization], own.value, unsafe)
  deleteMember(module, own.property)
  let lists = listsOf(module)
  if (lists === undefined) {
    lists = new ModuleDict()
    properties(module).parametrizations = lists
  }
  lists.set(own.key, list)
  const { base, computed } = parametrizedOf(module)
  setComputed(module, base, new Map([...computed, [own.property, own.key]]))
  return module
}

/** @throws ValueError if what is added to other parametrizations does not keep dtype and shape, back and forth */
function checkAnother(parametrization: Parametrization, value: Tensor, key: string): void {
  const result: unknown = parametrization(value)
  checkResult(result, value)
  const back = inverted(parametrization, result)
  if (!(back instanceof Tensor))
    throw new ValueError(`parametrization.right_inverse must return a tensor. Got: ${typeof back}`)
  const must = (what: string): string =>
    `The tensor returned by parametrization.right_inverse must have the same ${what} as module.${key}, unless the \`unsafe\` flag is enabled.`
  if (back.dtype !== value.dtype)
    throw new ValueError(`${must('dtype')}\nmodule.${key}.dtype: ${value.dtype}\nreturned dtype: ${back.dtype}`)
  if (back.shape.join() !== value.shape.join())
    throw new ValueError(`${must('shape')}\nmodule.${key}.shape: [${value.shape}]\nreturned shape: [${back.shape}]`)
}

/**
 * Takes all parametrizations of a tensor away, which stays as it is: the parameter is the one that was trained.
 *
 * @param leaveParametrized - false leaves the original instead; true if not given
 * @returns the module
 * @throws ValueError if the tensor has no parametrization, or if the original is to be left but there are several
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.remove_parametrizations.html
 */
export function removeParametrizations<M extends AnyModule>(
  module: M,
  tensorName: string,
  leaveParametrized?: boolean | { leaveParametrized?: boolean },
): M {
  const name = 'leaveParametrized'
  const o = bindOptions<{ leaveParametrized: boolean }>('removeParametrizations', [name], [leaveParametrized])
  const leave = o.leaveParametrized ?? true
  const key = keyOf(module, tensorName)
  if (key === undefined) throw new ValueError(`Module ${module} does not have a parametrization on ${tensorName}`)
  const lists = listsOf(module)!
  const list = lists.get(key)
  let value: Tensor
  if (list.isTensor) {
    value = list.original
    if (leave) {
      const now = noGrad(() => list.compute())
      if (now !== value) value.data = now
    }
  } else if (leave) {
    const now = list.compute()
    value = now.requiresGrad ? new Parameter(now) : now
  } else {
    throw new ValueError(
      'Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.',
    )
  }
  const { base, computed } = parametrizedOf(module)
  const left = [...computed].filter(([, other]) => other !== key)
  const [property] = [...computed].find(([, other]) => other === key)!
  lists.delete(key)
  if (lists.length === 0) delete properties(module).parametrizations
  setComputed(module, base, new Map(left))
  addMember(module, property, value)
  return module
}

/**
 * The class of a module, before parametrizations changed it.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.type_before_parametrizations.html
 */
export function typeBeforeParametrizations(module: AnyModule): new (...args: never[]) => AnyModule {
  return parametrizedOf(module).base
}

/**
 * Gives a module the parametrizations of another one, and the tensors that they start from, which both share then.
 *
 * @param tensorName - of this tensor alone
 * @returns `toModule`
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.transfer_parametrizations_and_params.html
 */
export function transferParametrizationsAndParams<M extends AnyModule>(
  fromModule: AnyModule,
  toModule: M,
  tensorName?: string,
): M {
  const from = parametrizedOf(fromModule).computed
  for (const [property, key] of from) {
    if (tensorName !== undefined && tensorName !== property && tensorName !== key) continue
    const list = listsOf(fromModule)!.get(key)
    if (properties(toModule)[property] === undefined) properties(toModule)[property] = new Parameter(list.compute())
    for (const parametrization of list) registerParametrization(toModule, property, parametrization)
    const made = properties(listsOf(toModule)!.get(key))
    if (list.isTensor) made.original = list.original
    else
      list.originals.forEach((original, i) => {
        made[`original${i}`] = original
      })
  }
  return toModule
}
