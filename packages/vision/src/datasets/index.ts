/** Image datasets, as `torchvision.datasets`. */

export type { Location } from './files.js'
export { FashionMNIST, KMNIST, MNIST, type MNISTOptions } from './mnist.js'
export type { MNISTFiles } from './mnist-files.js'
