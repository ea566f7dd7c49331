/**
 * The library under test, as a plain object: the names of `@tsorch/core`, with `nn`, `optim` and the like as further keys.
 * Everything is looked up when it is needed, so that what does not exist yet is reported as not covered.
 */
export type Library = Readonly<Record<string, unknown>>

/** The members of a tensor that the runner itself relies on. */
export interface TensorLike {
  readonly shape: readonly number[]
  readonly dtype: { readonly name: string }
  readonly device: string
  readonly storage: { readonly numel: number; shares(other: unknown): boolean }
  readonly requiresGrad: boolean
  readonly isLeaf: boolean
  grad: TensorLike | null
  stride(): readonly number[]
  storageOffset(): number
  numel(): number
  toTypedArray(): ArrayLike<number> | BigInt64Array
  asStrided(size: readonly number[], stride: readonly number[], offset: number): TensorLike
  requiresGrad_(requiresGrad?: boolean): TensorLike
  detach(): TensorLike
  clone(): TensorLike
  to(target: unknown): TensorLike
  mul(other: TensorLike): TensorLike
  add(other: TensorLike): TensorLike
  sum(): TensorLike
  copy_(source: TensorLike): TensorLike
  item(): number | bigint | boolean
  backward(gradient?: TensorLike | null, options?: object): void
  toString(): string
  [member: string]: unknown
}

/** Thrown where a case needs something that the library does not have (yet). */
export class NotCovered extends Error {
  override name = 'NotCovered'
}

/** Thrown where the recorded answer is one that newer versions of PyTorch do not give: there is nothing to compare with. */
export class Superseded extends Error {
  override name = 'Superseded'
}

/** Thrown where the library's answer is wrong. */
export class Mismatch extends Error {
  override name = 'Mismatch'
}

/** A function or class of the library. */
export type Callable = (...args: unknown[]) => unknown

/** Whether a value is one of the library's tensors. */
export function isTensor(library: Library, value: unknown): value is TensorLike {
  const { Tensor } = library
  return typeof Tensor === 'function' && value instanceof Tensor
}

/** The elements in row-major order: numbers, or bigints for int64. Asynchronous, as some devices are. */
export async function read(x: TensorLike): Promise<ArrayLike<number> | BigInt64Array> {
  return x.toTypedArray()
}

/** The library's own function that the runner needs to do anything at all. @throws NotCovered if there is none */
export function required(library: Library, name: string): Callable {
  let value: unknown = library
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
  if (typeof value !== 'function') throw new NotCovered(name)
  return value as Callable
}

/**
 * Calls into the library. What it says it cannot do yet becomes {@link NotCovered}: a `NotImplementedError`, or a TypeError
 * about an unknown option.
 */
export function attempt<R>(what: string, call: () => R): R {
  try {
    return call()
  } catch (error) {
    throw missingFeature(what, error) ?? error
  }
}

/** What an error says is missing, undefined if it is about something else. */
export function missingFeature(what: string, error: unknown): NotCovered | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'NotImplementedError' && !isRefusal(error)) return new NotCovered(`${what}: ${error.message}`)
  const option = error instanceof TypeError && /unknown option '?(\w+)/.exec(error.message)
  return option ? new NotCovered(`${what}: option ${option[1]}`) : undefined
}

/** PyTorch's own words for a dtype that an operation does not take: a refusal, and nothing that is still to come. */
export function isRefusal(error: Error): boolean {
  return /"\w+" not implemented for '\w+'/.test(error.message)
}
