/** What is asked of a model: any module of `@tsorch/nn` has it. Nothing of that package is loaded. */
import type { Tensor } from '@tsorch/core'

/** Takes a hook away again. */
export interface HookHandle {
  remove(): void
}

/** A module: a part of a model, or a whole one. */
export interface ModuleLike {
  (...args: never[]): unknown
  training: boolean
  /** This module and all below it with their paths; with `removeDuplicate: false` under each of their names. */
  namedModules(options?: { removeDuplicate?: boolean }): Iterable<readonly [string, ModuleLike]>
  namedParameters(options?: { recurse?: boolean }): Iterable<readonly [string, Tensor]>
  namedBuffers(options?: { recurse?: boolean }): Iterable<readonly [string, Tensor]>
  registerForwardPreHook(hook: (module: unknown, args: unknown) => undefined): HookHandle
  registerForwardHook(hook: (module: unknown, args: unknown, output: unknown) => undefined): HookHandle
  extraRepr(): string
}

/** @throws TypeError if `model` is no module; `name` is the function that was given it */
export function checkModel(name: string, model: unknown): asserts model is ModuleLike {
  const wanted = ['namedModules', 'namedParameters', 'registerForwardHook'] as const
  const given = model as Partial<ModuleLike> | null | undefined
  if (wanted.some((method) => typeof given?.[method] !== 'function'))
    throw new TypeError(`${name}: expected a model, an nn.Module, but got ${kindOf(model)}`)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : `a ${typeof value}`
}

/** The class of a module. */
export function className(module: ModuleLike): string {
  return module.constructor.name || 'Module'
}

/** Path of the module above: `layer1.0` of `layer1.0.conv1`. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0))
}

/** The shape of a parameter or buffer; null as long as the first call has to decide it. */
export function shapeOf(x: Tensor): readonly number[] | null {
  try {
    return [...x.shape]
  } catch {
    return null
  }
}

/** Elements of a parameter, 0 as long as nobody knows. */
export function countOf(x: Tensor): number {
  return shapeOf(x) === null ? 0 : x.count
}

export function isTensor(value: unknown): value is Tensor {
  const given = value as Partial<Tensor> | null | undefined
  return typeof given?.toTypedArray === 'function' && Array.isArray(given.shape)
}

/** All tensors of a value: of lists and objects in it too, and that of a packed sequence. */
export function tensorsOf(value: unknown): Tensor[] {
  if (isTensor(value)) return [value]
  if (Array.isArray(value)) return value.flatMap(tensorsOf)
  if (typeof value !== 'object' || value === null) return []
  if (isPlain(value)) return Object.values(value).flatMap(tensorsOf)
  const { data } = value as { data?: unknown }
  return isTensor(data) ? [data] : []
}

/** The value with `change` applied to all tensors in lists and plain objects. */
export function mapTensors(value: unknown, change: (x: Tensor) => Tensor): unknown {
  if (isTensor(value)) return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTensors(item, change))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTensors(item, change)]))
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
