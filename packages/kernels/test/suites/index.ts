/** Every family's tests, run once for each kind of kernels that this machine has. */
import { indexedSuite } from './indexed.js'
import { matmulSuite } from './matmul.js'
import { optimSuite } from './optim.js'

export function allSuites(): void {
  indexedSuite()
  matmulSuite()
  optimSuite()
}
