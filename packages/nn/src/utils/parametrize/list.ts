import { NotImplementedError, noGrad, RuntimeError, Tensor, ValueError } from '@tsorch/core'
import { ModuleList } from '../../layers/containers.js'
import type { AnyModule } from '../../module/module.js'
import { className } from '../../module/print.js'
import { Parameter } from '../../parameter.js'
import { addMember, properties } from '../members.js'

/** A module that computes a tensor from the one that is trained in its place, or from several. */
export type Parametrization = AnyModule & {
  /** From a value of the tensor to what the parametrization takes; the identity, if a class has none. */
  rightInverse?: (value: Tensor) => Tensor | readonly Tensor[]
}

function kindOf(value: unknown): string {
  return value === null || typeof value !== 'object' ? typeof value : value.constructor.name
}

function sizeText(x: Tensor): string {
  return `torch.Size([${x.shape.join(', ')}])`
}

/** @throws ValueError if a parametrization gives something else than a tensor of the same dtype and shape */
export function checkResult(got: unknown, like: Tensor): asserts got is Tensor {
  if (!(got instanceof Tensor)) throw new ValueError(`A parametrization must return a tensor. Got ${kindOf(got)}.`)
  const change = 'Registering a parametrization may not change the'
  if (got.dtype !== like.dtype) {
    throw new ValueError(
      `${change} dtype of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized dtype: ${like.dtype}\nparametrized dtype: ${got.dtype}`,
    )
  }
  if (got.shape.join() !== like.shape.join()) {
    throw new ValueError(
      `${change} shape of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized shape: ${sizeText(like)}\nparametrized shape: ${sizeText(got)}`,
    )
  }
}

/** A value taken back through a parametrization; where it says that it has no inverse, as it is. */
export function inverted(parametrization: Parametrization, value: Tensor): Tensor | readonly Tensor[] {
  if (typeof parametrization.rightInverse !== 'function') return value
  try {
    return parametrization.rightInverse(value)
  } catch (error) {
    if (error instanceof NotImplementedError) return value
    throw error
  }
}

/**
 * The parametrizations of one tensor, one after the other, and what they start from: `original`, or `original0`, `original1`
 * and so on if the first of them takes several tensors.
 *
 * {@link registerParametrization} makes it; it stands under `module.parametrizations.get('weight')`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.ParametrizationList.html
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  /** What the first parametrization takes, if that is one tensor. */
  declare original: Tensor;
  [original: `original${number}`]: Tensor
  /** Whether the first parametrization takes one tensor. */
  isTensor: boolean
  /** How many tensors the first parametrization takes. */
  ntensors: number
  /** Whether parametrizations may change dtype and shape. */
  unsafe: boolean

  /** @throws ValueError if what the parametrizations give is not like `original`, unless `unsafe` */
  constructor(modules: Iterable<Parametrization>, original: Tensor, unsafe = false) {
    super(modules)
    if (this.length === 0) throw new ValueError('ParametrizationList requires one or more modules.')
    this.unsafe = unsafe
    const start = noGrad(() => this.takenBack(original, inverted))
    this.isTensor = start instanceof Tensor
    this.ntensors = start instanceof Tensor ? 1 : start.length
    const like = original.detach()
    if (start instanceof Tensor) this.keepOne(original, start)
    else this.keepSeveral(original, start)
    if (!unsafe) checkResult(this.compute(), like)
  }

  /** A value taken back through all parametrizations, the last one first. */
  private takenBack(value: Tensor, back: typeof inverted): Tensor | readonly Tensor[] {
    let now: Tensor | readonly Tensor[] = value
    for (const parametrization of [...this].reverse()) now = back(parametrization, now as Tensor)
    if (!(now instanceof Tensor) && !Array.isArray(now)) {
      throw new ValueError(
        `'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got ${kindOf(now)}`,
      )
    }
    return now
  }

  /** The parameter stays the object that optimizers hold. */
  private keepOne(original: Tensor, start: Tensor): void {
    const change = 'When `right_inverse` outputs one tensor, it may not change the'
    if (original.dtype !== start.dtype) {
      throw new ValueError(
        `${change} dtype.\noriginal.dtype: ${original.dtype}\nright_inverse(original).dtype: ${start.dtype}`,
      )
    }
    if (original.device !== start.device) {
      throw new ValueError(
        `${change} device.\noriginal.device: ${original.device}\nright_inverse(original).device: ${start.device}`,
      )
    }
    if (start !== original) original.data = start
    addMember(this, 'original', original)
  }

  private keepSeveral(original: Tensor, start: readonly unknown[]): void {
    start.forEach((value, i) => {
      if (!(value instanceof Tensor)) {
        throw new ValueError(
          `'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element ${i} of the sequence with type ${kindOf(value)}.`,
        )
      }
    })
    ;(start as readonly Tensor[]).forEach((value, i) => {
      const kept = original instanceof Parameter ? new Parameter(value, original.requiresGrad) : value
      addMember(this, `original${i}`, kept)
    })
  }

  /** What the parametrizations start from. */
  get originals(): readonly Tensor[] {
    const members = properties(this)
    if (this.isTensor) return [this.original]
    return Array.from({ length: this.ntensors }, (_, i) => members[`original${i}`] as Tensor)
  }

  /** Gives the tensor a value, as far as the parametrizations can. @throws RuntimeError if one has no `rightInverse` */
  rightInverse(value: Tensor): void {
    const start = noGrad(() =>
      this.takenBack(value, (parametrization, now) => {
        if (typeof parametrization.rightInverse === 'function') return parametrization.rightInverse(now)
        throw new RuntimeError(`parametrization ${className(parametrization)} does not implement right_inverse.`)
      }),
    )
    const values = start instanceof Tensor ? [start] : start
    if (this.isTensor !== start instanceof Tensor)
      throw new ValueError(
        this.isTensor
          ? `\`right_inverse\` should return a tensor. Got ${kindOf(start)}`
          : `'right_inverse' must return a sequence of tensors. Got ${kindOf(start)}.`,
      )
    if (values.length !== this.ntensors) {
      throw new ValueError(
        `'right_inverse' must return a sequence of tensors of length ${this.ntensors}. Got a sequence of length ${values.length}.`,
      )
    }
    this.originals.forEach((original, i) => {
      if (values[i]!.dtype === original.dtype) return
      throw new ValueError(
        this.isTensor
          ? `The tensor returned by \`right_inverse\` has dtype ${values[i]!.dtype} while \`original\` has dtype ${original.dtype}`
          : `Tensor ${i} returned by \`right_inverse\` has dtype ${values[i]!.dtype} while \`original${i}\` has dtype ${original.dtype}`,
      )
    })
    this.originals.forEach((original, i) => {
      if (values[i] !== original) original.data = values[i]!
    })
  }

  /** The tensor. A list is called for it, so that its hooks run. */
  compute(): Tensor {
    return (this as unknown as () => Tensor)()
  }

  override forward(): never {
    const [first, ...rest] = this
    let x = first!(...this.originals) as Tensor
    for (const parametrization of rest) x = parametrization(x) as Tensor
    return x as never
  }
}
