import { RuntimeError } from '../errors.js'

/** Whether operations are recorded. One object, so that hot paths read a field and not a binding. */
export const mode: { enabled: boolean; inference: boolean } = { enabled: true, inference: false }

/** Whether operations are being recorded for a backward pass. */
export function isGradEnabled(): boolean {
  return mode.enabled
}

/** Whether the code runs inside {@link inferenceMode}. */
export function isInferenceModeEnabled(): boolean {
  return mode.inference
}

/** Ends a mode when its block ends: `using _ = noGrad()`. */
export interface ModeGuard extends Disposable {
  /** Restores the mode that was there before. */
  restore(): void
}

function enter(enabled: boolean, inference: boolean): ModeGuard {
  const before = { ...mode }
  mode.enabled = enabled
  mode.inference = inference
  const restore = () => {
    mode.enabled = before.enabled
    mode.inference = before.inference
  }
  const guard = { restore } as { restore: () => void } & Record<symbol, () => void>
  // older runtimes have no Symbol.dispose; compiled `using` then brings its own
  const dispose = (Symbol as { dispose?: symbol }).dispose
  if (dispose !== undefined) guard[dispose] = restore
  return guard as unknown as ModeGuard
}

function run<T>(name: string, enabled: boolean, inference: boolean, body?: () => T): T | ModeGuard {
  const guard = enter(enabled, inference)
  if (body === undefined) return guard
  try {
    const result = body()
    if (typeof (result as { then?: unknown } | null)?.then === 'function') {
      throw new RuntimeError(
        `${name}(): the function returned a promise, but the mode holds only while it runs; await first, or take the guard: const guard = ${name}(); ... guard.restore()`,
      )
    }
    return result
  } finally {
    guard.restore()
  }
}

/**
 * Runs `body` without recording operations, or, without `body`, switches recording off until the guard is restored.
 *
 * @example
 * ```ts
 * noGrad(() => w.sub_(w.grad!.mul(0.01)))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 */
export function noGrad<T>(body: () => T): T
export function noGrad(): ModeGuard
export function noGrad<T>(body?: () => T): T | ModeGuard {
  return run('noGrad', false, mode.inference, body)
}

/**
 * Runs `body` with recording on, inside {@link noGrad}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.enable_grad.html
 */
export function enableGrad<T>(body: () => T): T
export function enableGrad(): ModeGuard
export function enableGrad<T>(body?: () => T): T | ModeGuard {
  return run('enableGrad', true, mode.inference, body)
}

/**
 * Runs `body` with recording on or off.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.set_grad_enabled.html
 */
export function setGradEnabled<T>(enabled: boolean, body: () => T): T
export function setGradEnabled(enabled: boolean): ModeGuard
export function setGradEnabled<T>(enabled: boolean, body?: () => T): T | ModeGuard {
  return run('setGradEnabled', enabled, mode.inference, body)
}

/**
 * As {@link noGrad}, for code that will never need gradients.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.inference_mode.html
 */
export function inferenceMode<T>(body: () => T): T
export function inferenceMode(): ModeGuard
export function inferenceMode<T>(body?: () => T): T | ModeGuard {
  return run('inferenceMode', false, true, body)
}

/** Calls `fn` with recording off: the cheap form for the library's own composites. */
export function withoutGrad<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): R {
  const before = mode.enabled
  mode.enabled = false
  try {
    return fn(...args)
  } finally {
    mode.enabled = before
  }
}
