/** The public list of `@tsorch/nn`. */
import * as functional from './functional.js'
import * as init from './init.js'

export { Dropout, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from './layers/activation.js'
export { ModuleList, Sequential } from './layers/containers.js'
export { AvgPool2d, Conv2d, type Conv2dOptions, MaxPool2d, type PoolOptions } from './layers/conv.js'
export { Embedding } from './layers/embedding.js'
export { Flatten, Identity, Linear } from './layers/linear.js'
export { BCELoss, CrossEntropyLoss, MSELoss, NLLLoss } from './layers/loss.js'
export { Layer, type LoadReport, Module, type StateDict } from './module.js'
export { Parameter } from './parameter.js'
export { functional, init }
