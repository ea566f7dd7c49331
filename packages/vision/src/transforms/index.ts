/** Transforms of images, as `torchvision.transforms`. */

export { Compose } from './compose.js'
export * as functional from './functional.js'
export { Normalize } from './normalize.js'
export { ToTensor } from './to-tensor.js'
export { Transform, type TransformFunction } from './transform.js'
