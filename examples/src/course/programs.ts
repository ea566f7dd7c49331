import type { Visdom } from '@tsorch/viz'

/** How long a program trains, where it can be told, how many threads read its samples, and where else it plots. */
export interface ProgramOptions {
  epochs?: number
  steps?: number
  workers?: number
  /** A page that shows the plots as well. */
  viz?: Visdom | null
}

/** A lecture of the course, a part of the tutorial, or an extra. */
export interface Program {
  /** Trains and prints what the lecture prints; those that take longer can be told for how long. */
  main(options?: ProgramOptions): void | Promise<void>
}

/** All programs by the name that the command line takes. */
export const programs: Readonly<Record<string, () => Promise<Program>>> = {
  '02': () => import('./02-linear-model.js'),
  '03': () => import('./03-gradient-descent.js'),
  '04': () => import('./04-back-propagation.js'),
  '05': () => import('./05-linear-regression.js'),
  '06': () => import('./06-logistic-regression.js'),
  '07': () => import('./07-multiple-dimension-input.js'),
  '08': () => import('./08-dataset-and-dataloader.js'),
  '09': () => import('./09-softmax-classifier.js'),
  '10': () => import('./10-cnn.js'),
  '11': () => import('./11-advanced-cnn.js'),
  '12': () => import('./12-basic-rnn.js'),
  '13': () => import('./13-rnn-classifier.js'),
  'polynomial/tensor': () => import('../tutorial/polynomial/tensor.js'),
  'polynomial/autograd': () => import('../tutorial/polynomial/autograd.js'),
  'polynomial/function': () => import('../tutorial/polynomial/function.js'),
  'polynomial/nn': () => import('../tutorial/polynomial/nn.js'),
  'polynomial/optim': () => import('../tutorial/polynomial/optim.js'),
  'polynomial/module': () => import('../tutorial/polynomial/module.js'),
  'polynomial/dynamic': () => import('../tutorial/polynomial/dynamic.js'),
  'two-layer-net/tensor': () => import('../tutorial/two-layer-net/tensor.js'),
  'two-layer-net/function': () => import('../tutorial/two-layer-net/function.js'),
  'two-layer-net/nn': () => import('../tutorial/two-layer-net/nn.js'),
  'two-layer-net/module': () => import('../tutorial/two-layer-net/module.js'),
  'extras/char-language-model': () => import('../extras/char-language-model.js'),
  'extras/sequence-dropout': () => import('../extras/sequence-dropout.js'),
  'extras/schedules': () => import('../extras/schedules.js'),
  'extras/autoencoder': () => import('../extras/autoencoder.js'),
  'extras/transformer': () => import('../extras/transformer.js'),
  'extras/vae': () => import('../extras/vae.js'),
}
