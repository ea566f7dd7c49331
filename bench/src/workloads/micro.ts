/** Single operations, with what they compute and move, so that a time can be told as a share of what the machine can do. */
import { countOf } from './arrays.js'

/** What of a convolution is timed: its output, or one of its two gradients. */
export type ConvPass = 'forward' | 'input gradient' | 'weight gradient'

/** A convolution over [N, C, H, W]. */
export interface ConvShape {
  readonly x: readonly [number, number, number, number]
  readonly weight: readonly [number, number, number, number]
  readonly stride: number
  readonly padding: number
}

const networkFunctions = [
  'relu6',
  'hardsigmoid',
  'hardswish',
  'leakyRelu',
  'elu',
  'softplus',
  'mish',
  'l1Loss',
  'smoothL1Loss',
] as const
/** What networks are made of, whose gradient is timed as well. */
export type NetworkFunction = (typeof networkFunctions)[number]

/** The operation, in words that every peer's script understands. */
export type MicroOp =
  | { readonly kind: 'matmul'; readonly n: number }
  | ({ readonly kind: 'conv'; readonly pass: ConvPass } & ConvShape)
  | { readonly kind: 'add' | 'exp' | 'sum' | 'softmax' | 'layerNorm'; readonly shape: readonly [number, number] }
  | { readonly kind: 'broadcast' | 'transposedCopy' | 'gather'; readonly shape: readonly [number, number] }
  | {
      readonly kind: 'function'
      readonly name: NetworkFunction
      readonly gradient: boolean
      readonly shape: readonly [number, number]
    }
  /** `adds` additions of `size` elements; recorded for a backward pass, which runs too where `backward` is set. */
  | {
      readonly kind: 'tiny'
      readonly size: number
      readonly adds: number
      readonly recorded: boolean
      readonly backward: boolean
    }
  /** Multiply-adds on registers alone, by the kernel set that is measured. */
  | { readonly kind: 'peak' }
  /** The runtime's own copy of a typed array. */
  | { readonly kind: 'copy'; readonly count: number }

/** An operation to measure. */
export interface Micro {
  readonly id: string
  readonly title: string
  readonly op: MicroOp
  /** Floating-point operations, 0 where they are not what bounds it. */
  readonly flops: number
  /** Bytes that have to be read and written, 0 where they are not what bounds it. */
  readonly bytes: number
}

const convs: readonly (readonly [id: string, shape: ConvShape])[] = [
  ['conv5x5-1', { x: [64, 1, 28, 28], weight: [10, 1, 5, 5], stride: 1, padding: 0 }],
  ['conv5x5-10', { x: [64, 10, 12, 12], weight: [20, 10, 5, 5], stride: 1, padding: 0 }],
  ['conv1x1-10', { x: [64, 10, 12, 12], weight: [16, 10, 1, 1], stride: 1, padding: 0 }],
  ['conv3x3-16', { x: [64, 16, 12, 12], weight: [16, 16, 3, 3], stride: 1, padding: 1 }],
  ['conv3x3-64', { x: [8, 64, 56, 56], weight: [64, 64, 3, 3], stride: 1, padding: 1 }],
  ['conv7x7-3', { x: [4, 3, 224, 224], weight: [64, 3, 7, 7], stride: 2, padding: 3 }],
]

/** Height and width of a convolution's output. */
export function outputSize({ x, weight, stride, padding }: ConvShape): readonly [number, number] {
  const along = (size: number, kernel: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1
  return [along(x[2], weight[2]), along(x[3], weight[3])]
}

function convFlops(shape: ConvShape): number {
  const [height, width] = outputSize(shape)
  return 2 * shape.x[0] * height * width * countOf(shape.weight)
}

const passes: readonly (readonly [ending: string, pass: ConvPass])[] = [
  ['forward', 'forward'],
  ['input', 'input gradient'],
  ['weight', 'weight gradient'],
]

function convMicros(): Micro[] {
  return convs.flatMap(([id, shape]) =>
    passes.map(([ending, pass]) => ({
      id: `${id}-${ending}`,
      title: `conv2d (${shape.x})x(${shape.weight})${shape.stride > 1 ? ` stride ${shape.stride}` : ''}, ${pass}`,
      op: { kind: 'conv', pass, ...shape },
      flops: convFlops(shape),
      bytes: 0,
    })),
  )
}

/** An operation on 32-bit elements, of which `moved` arrays of that shape are read or written. */
function elementwise(
  kind: 'add' | 'exp' | 'sum' | 'softmax' | 'layerNorm' | 'broadcast' | 'transposedCopy' | 'gather',
  shape: readonly [number, number],
  moved: number,
  title: string,
): Micro {
  const count = countOf(shape)
  const id = `${kind}-1e${Math.round(Math.log10(count))}`
  return { id, title: `${title}, ${shape[0]}x${shape[1]}`, op: { kind, shape }, flops: 0, bytes: moved * 4 * count }
}

const million = [1000, 1000] as const

/** A function and its gradient. An activation reads one array and writes one, a loss reads two; a gradient has one more. */
function networkFunction(name: NetworkFunction): Micro[] {
  return [false, true].map((gradient): Micro => {
    return {
      id: `${name}-1e6${gradient ? '-gradient' : ''}`,
      title: `${name}${gradient ? ', gradient' : ''}, ${million[0]}x${million[1]}`,
      op: { kind: 'function', name, gradient, shape: million },
      flops: 0,
      bytes: (gradient ? 3 : 2) * 4e6,
    }
  })
}

function tiny(id: string, title: string, adds: number, recorded: boolean, backward: boolean): Micro {
  return { id, title, op: { kind: 'tiny', size: 4, adds, recorded, backward }, flops: 0, bytes: 0 }
}

export const micros: readonly Micro[] = [
  { id: 'peak', title: 'multiply-adds on registers alone', op: { kind: 'peak' }, flops: 0, bytes: 0 },
  { id: 'copy', title: 'copy of 1e6 float32', op: { kind: 'copy', count: 1e6 }, flops: 0, bytes: 8e6 },
  ...[64, 128, 256, 512, 1024].map((n): Micro => {
    return { id: `matmul-${n}`, title: `matmul ${n}x${n}`, op: { kind: 'matmul', n }, flops: 2 * n ** 3, bytes: 0 }
  }),
  ...convMicros(),
  ...([[10, 100], [100, 100], [100, 1000], million] as const).map((shape) => elementwise('add', shape, 3, 'add')),
  elementwise('exp', million, 2, 'exp'),
  elementwise('sum', million, 1, 'sum'),
  elementwise('softmax', million, 2, 'softmax of rows'),
  ...networkFunctions.flatMap(networkFunction),
  elementwise('layerNorm', million, 2, 'layer norm of rows'),
  elementwise('broadcast', million, 2, 'add of a row to each row'),
  elementwise('transposedCopy', million, 2, 'transposed copy'),
  elementwise('gather', million, 2, 'rows picked by index'),
  tiny('tiny-plain', 'add of 4 elements, not recorded', 1, false, false),
  tiny('tiny-recorded', 'add of 4 elements, recorded', 1, true, false),
  tiny('tiny-chain', 'chain of 100 adds of 4 elements, sum and backward; of one add', 100, true, true),
]
