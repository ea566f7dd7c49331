/** Masks of attention in the one form that is computed with: numbers added to the scores, minus infinity where nobody may look. */
import { type DType, type DTypeLike, full, RuntimeError, scalarTensor, type Tensor, triu, where } from '@tsorch/core'

/** Where and of what dtype a mask is made. */
export interface MaskOptions {
  dtype?: DTypeLike
  device?: string
}

/**
 * A bool mask, true where nobody may look, as one of floating point; others, and none, as they are.
 *
 * @throws RuntimeError for an integer mask
 */
export function canonicalMask(mask: Tensor | null | undefined, name: string, dtype: DType): Tensor | null {
  if (mask === null || mask === undefined) return null
  if (mask.dtype.isFloatingPoint) return mask
  if (mask.dtype.name !== 'bool') throw new RuntimeError(`only bool and floating types of ${name} are supported`)
  const of = (value: number): Tensor => scalarTensor(value, { dtype, device: mask.device })
  return where(mask, of(Number.NEGATIVE_INFINITY), of(0))
}

/** The mask [size, size] under which nobody sees what comes later. */
export function causalMask(size: number, { dtype, device }: MaskOptions = {}): Tensor {
  const place = { ...(dtype === undefined ? {} : { dtype }), ...(device === undefined ? {} : { device }) }
  return triu(full([size, size], Number.NEGATIVE_INFINITY, { dtype: 'float32', ...place }), 1)
}

/**
 * Whether attention may take `mask` for the causal one: as `isCausal` says, else by looking. What it then saves is reading the
 * mask, so it only looks where that waits for no device.
 */
export function detectCausal(mask: Tensor | null, isCausal: boolean | null | undefined, size: number): boolean {
  if (isCausal !== null && isCausal !== undefined) return isCausal
  if (mask === null || mask.device !== 'cpu' || mask.ndim !== 2) return false
  if (mask.shape[0] !== size || mask.shape[1] !== size) return false
  return Boolean(
    mask
      .eq(causalMask(size, { dtype: mask.dtype }))
      .all()
      .item(),
  )
}
