/** How many bytes tensors hold, told by the library itself. */
import { memory } from 'tsorch'

/** Bytes that reachable tensors take; null where the garbage collector alone keeps them, as with the plain TypeScript kernels. */
export function heapInUse(): number | null {
  return memory().cpu?.bytes ?? null
}
