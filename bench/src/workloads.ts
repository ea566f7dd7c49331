import { add, manualSeed, rand, randn } from '@tsorch/core'
import { BCELoss, Linear, ReLU, Sequential, Sigmoid } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'

/** Something to measure: `make` prepares it and gives the call that is timed. pytorch.py has the same, by the same names. */
export interface Workload {
  readonly name: string
  readonly make: () => () => void
}

export const workloads: readonly Workload[] = [
  {
    name: 'add of two 4-element tensors, recorded',
    make: () => {
      const a = randn([4], { requiresGrad: true })
      const b = randn([4])
      return () => void add(a, b)
    },
  },
  {
    name: 'diabetes MLP 8-6-4-1, batch 32, SGD step',
    make: () => {
      manualSeed(0)
      const model = new Sequential(
        new Linear(8, 6),
        new ReLU(),
        new Linear(6, 4),
        new ReLU(),
        new Linear(4, 1),
        new Sigmoid(),
      )
      const optimizer = new SGD(model.parameters(), { lr: 0.1 })
      const criterion = new BCELoss()
      const x = randn([32, 8])
      const y = rand([32, 1]).gt(0.5).float()
      return () => {
        optimizer.zeroGrad()
        const loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
      }
    },
  },
]
