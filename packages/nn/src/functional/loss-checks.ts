/** What losses look at before they compute. */
import { any, type Tensor } from '@tsorch/core'

/** The sizes of a tensor, for messages. */
export function sizes(x: Tensor): string {
  return `[${x.shape.join(', ')}]`
}

/** Whether an element of a bool tensor is true; false where the device cannot be read at once. */
export function anyTrue(x: Tensor): boolean {
  const flag = any(x)
  return flag.storage.device.memory.readSync(flag)?.[0] === 1
}
