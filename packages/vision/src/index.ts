/** Image datasets and transforms: torchvision's `datasets` and `transforms`, and the names in them. */

export type { Location } from './datasets/files.js'
export { type IdxArray, type IdxDType, parseIdx } from './datasets/idx.js'
export * as datasets from './datasets/index.js'
export { FashionMNIST, KMNIST, MNIST, type MNISTOptions } from './datasets/mnist.js'
export type { MNISTFiles } from './datasets/mnist-files.js'
export { type Image, isImage } from './image.js'
export { Compose } from './transforms/compose.js'
export type { NormalizeOptions } from './transforms/functional.js'
export * as transforms from './transforms/index.js'
export { Normalize } from './transforms/normalize.js'
export { ToTensor } from './transforms/to-tensor.js'
export { Transform, type TransformFunction } from './transforms/transform.js'
