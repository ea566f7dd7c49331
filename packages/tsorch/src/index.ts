/** PyTorch for TypeScript under one import: tensors and autograd, with `nn`, `optim` and `data`. */
import * as data from '@tsorch/data'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'

export * from '@tsorch/core'
export { data, nn, optim }
