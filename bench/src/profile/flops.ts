/** Floating-point operations of a kernel call, from what it was called with. */
import type { KernelTime } from '@tsorch/kernels'

/** Outputs times taps times channels: what a direct convolution multiplies and adds, whatever the algorithm. */
function convolution(a: Readonly<Record<string, number>>): number {
  const taps = (a.kernelHeight! * a.kernelWidth! * a.channels!) / a.groups!
  return 2 * a.images! * a.outChannels! * a.outHeight! * a.outWidth! * taps
}

function winograd(a: Readonly<Record<string, number>>): number {
  const taps = a.tile === 25 ? 5 : 3
  const [height, width] = [a.height! + 2 * a.pad! + 1 - taps, a.width! + 2 * a.pad! + 1 - taps]
  return 2 * taps * taps * a.batch! * a.outChannels! * a.channels! * height * width
}

/** Gates of a cell by its number: plain with tanh or relu, LSTM, GRU. */
const GATES = [1, 1, 4, 3]

function recurrent(a: Readonly<Record<string, number>>): number {
  return 2 * a.steps! * a.batch! * GATES[a.cell!]! * a.hidden! * (a.input! + a.hidden!)
}

/** Null for kernels that move more than they compute. */
export function flopsOf({ kernel, args }: KernelTime): number | null {
  switch (kernel) {
    case 'gemmF32':
      return 2 * args.batch! * args.m! * args.n! * args.k!
    case 'convForward':
    case 'convInputGrad':
    case 'convWeightGrad':
      return convolution(args)
    case 'winogradForward':
    case 'winogradInputGrad':
    case 'winogradWeightGrad':
      return winograd(args)
    case 'rnnForwardF32':
      return recurrent(args)
    case 'rnnBackwardF32':
      return 2 * recurrent(args)
    default:
      return null
  }
}
