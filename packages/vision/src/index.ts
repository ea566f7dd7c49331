/** Image datasets and transforms: torchvision's `datasets` and `transforms`, and the names in them. */

export { CIFAR10, CIFAR100, type CIFAROptions } from './datasets/cifar.js'
export type { DownloadOptions, DownloadProgress } from './datasets/download.js'
export { EMNIST, type EMNISTOptions } from './datasets/emnist.js'
export { FakeData, type FakeDataOptions } from './datasets/fake-data.js'
export type { Location } from './datasets/files.js'
export {
  DatasetFolder,
  type DatasetFolderOptions,
  ImageFolder,
  type ImageFolderOptions,
} from './datasets/folder.js'
export { type IdxArray, type IdxDType, parseIdx } from './datasets/idx.js'
export * as datasets from './datasets/index.js'
export { FashionMNIST, KMNIST, MNIST, type MNISTOptions } from './datasets/mnist.js'
export type { MNISTFiles } from './datasets/mnist-files.js'
export { type Image, type ImageOrTensor, isImage } from './image.js'
export * as io from './io/index.js'
export { Compose } from './transforms/compose.js'
export { ToTensor } from './transforms/convert.js'
export type { NormalizeOptions } from './transforms/functional/index.js'
export * as transforms from './transforms/index.js'
export { Normalize } from './transforms/normalize.js'
export { Transform, type TransformFunction } from './transforms/transform.js'
export * as utils from './utils/index.js'
