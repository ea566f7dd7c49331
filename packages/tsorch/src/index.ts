/** PyTorch for TypeScript under one import: tensors and autograd on the fastest kernels, with `nn`, `optim` and `data`. */
import * as data from '@tsorch/data'
import * as nn from '@tsorch/nn'
import * as optim from '@tsorch/optim'

export * from '@tsorch/core'
export * from '@tsorch/kernels'
export { data, nn, optim }
