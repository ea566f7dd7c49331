/** The first few of a row, and random masks. */
import {
  allocate,
  dropoutNoiseOp,
  float32,
  type Generator,
  int64,
  type Override,
  override,
  type Tensor,
  topkOp,
} from '@tsorch/core/backend'
import type { KernelSet } from '../kernel-set.js'
import { dense } from '../primitives/geometry.js'

/** Above, keeping the best in order by insertion costs more than sorting. */
const MOST = 64
const STATE_WORDS = 624

export function selectOverrides(set: KernelSet): Override[] {
  const { kernels } = set

  function topk(x: Tensor, d: number, k: number, largest: boolean, sorted: boolean): Tensor | undefined {
    const fits = sorted && d === x.ndim - 1 && k > 0 && k <= MOST && x.dtype === float32 && set.worth(x.count)
    if (!fits || !dense(x)) return undefined
    const n = x.shape[d]!
    const rows = x.count / n
    const indices = allocate(x.storage, int64, [...x.shape.slice(0, -1), k])
    set.begin()
    const [from, places] = [set.input(x), set.output(indices)]
    const bytes = kernels.topWorkspace(k)
    const work = set.workspace(bytes + rows * k * 4)
    const unique = kernels.topRowsF32(from, work + bytes, places, rows, n, k, largest ? 0 : 1, work)
    set.end()
    // which of equal elements comes first follows from PyTorch's own algorithm: the composite knows it
    return unique === 1 ? indices : undefined
  }

  function dropoutNoise(out: Tensor, { engine }: Generator, p: number): true | undefined {
    if (out.dtype !== float32 || !set.worth(out.count) || p === 0 || p === 1 || out.count === 0) return undefined
    set.begin()
    const to = set.output(out)
    const state = set.workspace((STATE_WORDS + 2) * 4)
    const at = state / 4
    const { words } = set
    for (let i = 0; i < STATE_WORDS; i++) words[at + i] = engine.state[i]!
    words[at + STATE_WORDS] = engine.left
    words[at + STATE_WORDS + 1] = engine.next
    const keep = 1 - p
    kernels.bernoulliF32(state, to, out.count, keep, Math.fround(1 / Math.fround(keep)))
    for (let i = 0; i < STATE_WORDS; i++) engine.state[i] = words[at + i]!
    engine.left = words[at + STATE_WORDS]!
    engine.next = words[at + STATE_WORDS + 1]!
    set.end()
    return true
  }

  return [override(topkOp, topk), override(dropoutNoiseOp, dropoutNoise)]
}
