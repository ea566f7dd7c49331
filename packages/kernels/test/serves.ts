import type { Tensor } from '@tsorch/core'
import type { Op, OpArgs } from '@tsorch/core/backend'
import { expect } from 'vitest'

/** Expects the kernels to serve a call themselves: an override that declines leaves it to the definition. */
export function expectServed<A extends OpArgs, R>(op: Op<A, R>, ...args: A): void {
  const kernel = (args[0] as Tensor).storage.device.overrides[op.id] as unknown as
    | ((...args: A) => R | undefined)
    | undefined
  expect(kernel?.(...args), op.opName).toBeDefined()
}
