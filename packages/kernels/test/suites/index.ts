/** Every family's tests, run once for each kind of kernels that this machine has. */
import { activationSuite } from './activation.js'
import { convSuite } from './conv.js'
import { goldenSuite } from './golden.js'
import { indexedSuite } from './indexed.js'
import { matmulSuite } from './matmul.js'
import { normSuite } from './norm.js'
import { optimSuite } from './optim.js'
import { pointwiseSuite } from './pointwise.js'
import { poolSuite } from './pool.js'
import { reduceSuite } from './reduce.js'
import { rnnSuite } from './rnn.js'
import { softmaxSuite } from './softmax.js'
import { winogradSuite } from './winograd.js'

export function allSuites(): void {
  activationSuite()
  convSuite()
  goldenSuite()
  indexedSuite()
  matmulSuite()
  normSuite()
  optimSuite()
  pointwiseSuite()
  poolSuite()
  reduceSuite()
  rnnSuite()
  softmaxSuite()
  winogradSuite()
}
