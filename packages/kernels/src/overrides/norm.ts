/** Normalisations with their gradients. */
import {
  allocate,
  batchNormGradOp,
  batchNormInferenceOp,
  batchNormOp,
  float32,
  groupNormGradOp,
  groupNormOp,
  layerNormGradOp,
  layerNormOp,
  type NormGrads,
  type NormNeeds,
  type NormResult,
  type Override,
  override,
  type RmsNormGrads,
  type RmsNormResult,
  type RunningStatistics,
  rmsNormGradOp,
  rmsNormOp,
  type Tensor,
} from '@tsorch/core/backend'
import type { Pointer } from '../generated/kernels.js'
import type { KernelSet } from '../kernel-set.js'
import { dense, like } from '../primitives/geometry.js'

/** Elements of a row below which the kernels have no vector. */
const SHORTEST = 16

const floats = (...all: (Tensor | null)[]): boolean => all.every((x) => x === null || (x.dtype === float32 && dense(x)))

/** How `x` [N, C, L] lies: channels before positions, or after them. */
type Layout = 'planes' | 'last'

function layoutOf(x: Tensor): Layout | null {
  if (dense(x)) return 'planes'
  const [n, c, l] = x.shape as [number, number, number]
  const [sN, sC, sL] = x.strides as [number, number, number]
  return (n === 1 || sN === c * l) && (c === 1 || sC === 1) && (l === 1 || sL === c) ? 'last' : null
}

export function normOverrides(set: KernelSet): Override[] {
  const { kernels } = set
  const worth = (x: Tensor): boolean => x.count > 0 && set.worth(4 * x.count)
  const optional = (x: Tensor | null): Pointer => (x === null ? 0 : set.input(x))
  const wanted = (x: Tensor | null): Pointer => (x === null ? 0 : set.output(x))
  const vector = (x: Tensor, n: number): Tensor => allocate(x.storage, float32, [n])

  /** Memory for the gradients that are wanted: of `x`, and of `n` weights and biases. */
  const gradients = (x: Tensor, n: number, needs: NormNeeds): NormGrads => [
    needs[0] ? like(x) : null,
    needs[1] ? vector(x, n) : null,
    needs[2] ? vector(x, n) : null,
  ]

  function batchNorm(
    x: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running: RunningStatistics | null,
    eps: number,
  ): NormResult | undefined {
    if (x.dtype !== float32 || !worth(x) || !floats(weight, bias)) return undefined
    if (running !== null && !floats(running.mean, running.variance)) return undefined
    const layout = layoutOf(x)
    if (layout === null) return undefined
    const [n, c, l] = x.shape as [number, number, number]
    const [out, mean, invstd] = [like(x), vector(x, c), vector(x, c)]
    set.begin()
    kernels.batchNorm(
      set.output(out),
      set.output(mean),
      set.output(invstd),
      set.input(x),
      optional(weight),
      optional(bias),
      running === null ? 0 : set.update(running.mean),
      running === null ? 0 : set.update(running.variance),
      n,
      c,
      l,
      layout === 'last' ? 1 : 0,
      running?.momentum ?? 0,
      eps,
    )
    set.end()
    return [out, mean, invstd]
  }

  function batchNormInference(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
  ): Tensor | undefined {
    if (x.dtype !== float32 || !worth(x) || !floats(mean, variance, weight, bias)) return undefined
    const layout = layoutOf(x)
    if (layout === null) return undefined
    const [n, c, l] = x.shape as [number, number, number]
    const out = like(x)
    set.begin()
    const [to, from, center] = [set.output(out), set.input(x), set.input(mean)]
    const scale = set.workspace(4 * c)
    kernels.batchNormScale(scale, set.input(variance), optional(weight), c, eps)
    kernels.batchNormApply(to, from, center, scale, optional(bias), n, c, l, layout === 'last' ? 1 : 0)
    set.end()
    return out
  }

  function batchNormGrad(
    g: Tensor,
    x: Tensor,
    mean: Tensor,
    invstd: Tensor,
    weight: Tensor | null,
    training: boolean,
    needs: NormNeeds,
  ): NormGrads | undefined {
    if (x.dtype !== float32 || g.dtype !== float32 || !worth(x) || !floats(mean, invstd, weight)) return undefined
    const layout = layoutOf(x)
    if (layout === null || layoutOf(g) !== layout) return undefined
    const [n, c, l] = x.shape as [number, number, number]
    const [gx, gw, gb] = gradients(x, c, needs)
    set.begin()
    kernels.batchNormGrad(
      wanted(gx),
      wanted(gw),
      wanted(gb),
      set.input(g),
      set.input(x),
      set.input(mean),
      set.input(invstd),
      optional(weight),
      n,
      c,
      l,
      layout === 'last' ? 1 : 0,
      training ? 1 : 0,
    )
    set.end()
    return [gx, gw, gb]
  }

  const rowsServed = (x: Tensor): boolean => worth(x) && floats(x) && x.shape[1]! >= SHORTEST

  function layerNorm(x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): NormResult | undefined {
    if (!rowsServed(x) || !floats(weight, bias)) return undefined
    const [rows, n] = x.shape as [number, number]
    const [out, mean, invstd] = [like(x), vector(x, rows), vector(x, rows)]
    set.begin()
    kernels.layerNorm(
      set.output(out),
      set.output(mean),
      set.output(invstd),
      set.input(x),
      optional(weight),
      optional(bias),
      rows,
      n,
      eps,
    )
    set.end()
    return [out, mean, invstd]
  }

  function layerNormGrad(
    g: Tensor,
    x: Tensor,
    mean: Tensor,
    invstd: Tensor,
    weight: Tensor | null,
    needs: NormNeeds,
  ): NormGrads | undefined {
    if (!rowsServed(x) || !floats(g, mean, invstd, weight)) return undefined
    const [rows, n] = x.shape as [number, number]
    const [gx, gw, gb] = gradients(x, n, needs)
    set.begin()
    kernels.layerNormGrad(
      wanted(gx),
      wanted(gw),
      wanted(gb),
      set.input(g),
      set.input(x),
      set.input(mean),
      set.input(invstd),
      optional(weight),
      rows,
      n,
      gw === null && gb === null ? 0 : set.workspace(kernels.rowGradWorkspace(rows, n)),
    )
    set.end()
    return [gx, gw, gb]
  }

  function rmsNorm(x: Tensor, weight: Tensor | null, eps: number): RmsNormResult | undefined {
    if (!rowsServed(x) || !floats(weight)) return undefined
    const [rows, n] = x.shape as [number, number]
    const [out, invrms] = [like(x), vector(x, rows)]
    set.begin()
    kernels.rmsNorm(set.output(out), set.output(invrms), set.input(x), optional(weight), rows, n, eps)
    set.end()
    return [out, invrms]
  }

  function rmsNormGrad(
    g: Tensor,
    x: Tensor,
    invrms: Tensor,
    weight: Tensor | null,
    needs: readonly [input: boolean, weight: boolean],
  ): RmsNormGrads | undefined {
    if (!rowsServed(x) || !floats(g, invrms, weight)) return undefined
    const [rows, n] = x.shape as [number, number]
    const gx = needs[0] ? like(x) : null
    const gw = needs[1] ? vector(x, n) : null
    set.begin()
    kernels.rmsNormGrad(
      wanted(gx),
      wanted(gw),
      set.input(g),
      set.input(x),
      set.input(invrms),
      optional(weight),
      rows,
      n,
      gw === null ? 0 : set.workspace(kernels.rowGradWorkspace(rows, n)),
    )
    set.end()
    return [gx, gw]
  }

  const groupsServed = (x: Tensor, groups: number): boolean =>
    worth(x) && floats(x) && (x.shape[1]! / groups) * x.shape[2]! >= SHORTEST

  function groupNorm(
    x: Tensor,
    groups: number,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
  ): NormResult | undefined {
    if (!groupsServed(x, groups) || !floats(weight, bias)) return undefined
    const [n, c, l] = x.shape as [number, number, number]
    const out = like(x)
    const [mean, invstd] = [allocate(x.storage, float32, [n, groups]), allocate(x.storage, float32, [n, groups])]
    set.begin()
    kernels.groupNorm(
      set.output(out),
      set.output(mean),
      set.output(invstd),
      set.input(x),
      optional(weight),
      optional(bias),
      n,
      c,
      l,
      groups,
      eps,
    )
    set.end()
    return [out, mean, invstd]
  }

  function groupNormGrad(
    g: Tensor,
    x: Tensor,
    groups: number,
    mean: Tensor,
    invstd: Tensor,
    weight: Tensor | null,
    needs: NormNeeds,
  ): NormGrads | undefined {
    if (!groupsServed(x, groups) || !floats(g, mean, invstd, weight)) return undefined
    const [n, c, l] = x.shape as [number, number, number]
    const [gx, gw, gb] = gradients(x, c, needs)
    set.begin()
    kernels.groupNormGrad(
      wanted(gx),
      wanted(gw),
      wanted(gb),
      set.input(g),
      set.input(x),
      set.input(mean),
      set.input(invstd),
      optional(weight),
      n,
      c,
      l,
      groups,
      set.workspace(8 * n * c),
    )
    set.end()
    return [gx, gw, gb]
  }

  return [
    override(batchNormOp, batchNorm),
    override(batchNormInferenceOp, batchNormInference),
    override(batchNormGradOp, batchNormGrad),
    override(layerNormOp, layerNorm),
    override(layerNormGradOp, layerNormGrad),
    override(rmsNormOp, rmsNorm),
    override(rmsNormGradOp, rmsNormGrad),
    override(groupNormOp, groupNorm),
    override(groupNormGradOp, groupNormGrad),
  ]
}
