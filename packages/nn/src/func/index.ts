/** `torch.func`, as far as it is about modules: models as functions of their parameters. */
export { type FunctionalCallOptions, functionalCall, type NamedTensors } from './functional-call.js'
export { stackModuleState } from './stack-module-state.js'
