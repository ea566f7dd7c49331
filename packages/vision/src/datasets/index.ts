/** Image datasets, as `torchvision.datasets`. */

export { CIFAR10, CIFAR100, type CIFARFiles, type CIFAROptions } from './cifar.js'
export type { DownloadOptions, DownloadProgress } from './download.js'
export { EMNIST, type EMNISTOptions, type EMNISTSplit } from './emnist.js'
export { FakeData, type FakeDataOptions } from './fake-data.js'
export type { Location } from './files.js'
export {
  DatasetFolder,
  type DatasetFolderOptions,
  type FolderSample,
  ImageFolder,
  type ImageFolderOptions,
  type Loader,
} from './folder.js'
export type { SplitOptions, TransformOptions } from './labelled-images.js'
export { FashionMNIST, KMNIST, MNIST, type MNISTOptions } from './mnist.js'
export type { MNISTFiles } from './mnist-files.js'
