/** Hooks of every module: for debugging and profiling. They run before those of the modules themselves. */
import {
  type BackwardHook,
  type BackwardPreHook,
  everyModule,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type HookList,
  type RemovableHandle,
} from './hooks.js'

function register<H>(list: HookList<H>, hook: H, options?: ForwardHookOptions): RemovableHandle {
  const handle = list.add(hook, options)
  everyModule.count++
  let there = true
  return {
    remove() {
      if (there) everyModule.count--
      there = false
      handle.remove()
    },
  }
}

/**
 * Calls `hook` before each call of any module with the arguments; what it returns replaces them.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_pre_hook.html
 */
export function registerModuleForwardPreHook(hook: ForwardPreHook): RemovableHandle {
  return register(everyModule.hooks.forwardPre, hook)
}

/**
 * Calls `hook` after each call of any module with arguments and output; what it returns replaces the output.
 *
 * @example
 * ```ts
 * const handle = registerModuleForwardHook((module, args, output) => console.log(module.constructor.name, output.shape))
 * model(x)
 * handle.remove()
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_hook.html
 */
export function registerModuleForwardHook(
  hook: ForwardHook,
  options: Pick<ForwardHookOptions, 'alwaysCall'> = {},
): RemovableHandle {
  return register(everyModule.hooks.forward, hook, options)
}

/**
 * Calls `hook` with the gradients of the outputs of any module; what it returns replaces them.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_full_backward_pre_hook.html
 */
export function registerModuleFullBackwardPreHook(hook: BackwardPreHook): RemovableHandle {
  return register(everyModule.hooks.backwardPre, hook)
}

/**
 * Calls `hook` with the gradients of inputs and outputs of any module; what it returns replaces those of the inputs.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_full_backward_hook.html
 */
export function registerModuleFullBackwardHook(hook: BackwardHook): RemovableHandle {
  return register(everyModule.hooks.backward, hook)
}
