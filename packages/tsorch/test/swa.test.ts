import { data, deepCopy, nn, optim, type Tensor, tensor } from 'tsorch'
import { expect, test } from 'vitest'

const { AveragedModel, getEmaMultiAvgFn, updateBn } = optim.swaUtils

class Net extends nn.Module {
  fc = new nn.Linear(2, 2)
  norm = new nn.BatchNorm1d(2)
  override forward(x: Tensor): Tensor {
    return this.norm(this.fc(x))
  }
}

test('an averaged model has the keys of PyTorch, and is called like the model', () => {
  const model = new Net()
  const averaged = new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.9) })
  expect(Object.keys(averaged.stateDict())).toEqual([
    'n_averaged',
    'module.fc.weight',
    'module.fc.bias',
    'module.norm.weight',
    'module.norm.bias',
    'module.norm.running_mean',
    'module.norm.running_var',
    'module.norm.num_batches_tracked',
  ])
  averaged.updateParameters(model)
  const x = tensor([1, 2, 3, -1], { dtype: 'float32' }).reshape(2, 2)
  const out: Tensor = averaged.eval()(x)
  expect(out.tolist()).toEqual(model.eval()(x).tolist())
  expect(deepCopy(averaged)(x).tolist()).toEqual(out.tolist())
  expect([...averaged.parameters()].every((p) => p instanceof nn.Parameter)).toBe(true)
})

test('statistics of batch normalisation are averages over all batches', async () => {
  const rows = tensor(Array.from({ length: 12 }, (_, i) => 0.37 * i)).reshape(6, 2)
  const [batches, instances] = [new nn.BatchNorm1d(2), new nn.InstanceNorm1d(1, { trackRunningStats: true })]
  class Both extends nn.Module {
    batches = batches
    instances = instances
    override forward(x: Tensor): Tensor {
      return this.instances(this.batches(x).unsqueeze(1))
    }
  }
  const model = new Both().eval()
  await updateBn([rows.narrow(0, 0, 2), [rows.narrow(0, 2, 4), tensor(0)]], model)
  // PyTorch's numbers
  expect(batches.runningMean!.tolist()).toEqual([1.48, 1.85].map((x) => expect.closeTo(x, 6)))
  expect(batches.runningVar!.tolist()).toEqual(
    [0.5932333469390869, 0.5932333469390869].map((x) => expect.closeTo(x, 6)),
  )
  expect([batches.numBatchesTracked!.item(), batches.momentum, batches.training]).toEqual([2, 0.1, false])
  // the other kind went on as in any training
  expect(instances.momentum).toBe(0.1)
  expect(instances.runningVar!.item()).not.toBe(1)

  const loader = new data.DataLoader(new data.TensorDataset(rows, rows), { batchSize: 3 })
  await updateBn(loader, model)
  expect(batches.numBatchesTracked!.item()).toBe(2)
  expect(batches.runningMean!.tolist()).toEqual([1.85, 2.22].map((x) => expect.closeTo(x, 6)))
})
