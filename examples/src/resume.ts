/**
 * Training that goes on where it was stopped: `node examples/dist/resume.js --checkpoint run.pt --epochs 4`.
 *
 * Everything that a run depends on is in one file: model, optimizer, scheduler, where the loader stands in its epoch, and the
 * random stream. Stopped at any moment and started again, it ends with the parameters of a run that was never stopped.
 */
import { access } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { load, save } from '@tsorch/io'
import { data, getRngState, manualSeed, nn, optim, setRngState, type Tensor } from 'tsorch'
import { readSmallDigits } from './extras/digits.js'

/** A checkpoint: plain data, which PyTorch reads too. */
interface Checkpoint {
  /** The epoch in progress. */
  epoch: number
  model: nn.StateDict
  optimizer: optim.LoadableState
  scheduler: optim.lrScheduler.LoadableSchedulerState
  loader: data.LoaderState
  random: Tensor
}

const { values } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: 'out/resume.pt' },
    epochs: { type: 'string', default: '4' },
    /** Batches between two checkpoints. */
    every: { type: 'string', default: '5' },
  },
})
const { checkpoint: file } = values
const epochs = Number(values.epochs)
const every = Number(values.every)

manualSeed(0)
const model = new nn.Sequential(
  new nn.Linear(64, 64),
  new nn.BatchNorm1d(64),
  new nn.ReLU(),
  new nn.Dropout(0.2),
  new nn.Linear(64, 10),
)
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2, weightDecay: 1e-4 })
const scheduler = new optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 })
const [pixels, labels] = readSmallDigits()
const loader = new data.DataLoader(new data.TensorDataset(pixels, labels), { batchSize: 64, shuffle: true })
const criterion = new nn.CrossEntropyLoss()

let epoch = 0
if (await exists(file)) {
  const saved = await load<Checkpoint>(file)
  model.loadStateDict(saved.model)
  optimizer.loadStateDict(saved.optimizer)
  scheduler.loadStateDict(saved.scheduler)
  loader.loadStateDict(saved.loader)
  setRngState(saved.random)
  epoch = saved.epoch
  console.log(`goes on in epoch ${epoch + 1}, after ${saved.loader.batches} batches`)
}

for (; epoch < epochs; epoch++) {
  let loss = Number.NaN
  for await (const [x, y] of loader) {
    optimizer.zeroGrad()
    const output = criterion(model(x!), y!)
    output.backward()
    optimizer.step()
    loss = Number(output.item())
    if (loader.stateDict().batches % every === 0) await checkpoint(epoch)
  }
  scheduler.step()
  await checkpoint(epoch + 1)
  console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, learning rate ${optimizer.paramGroups[0]!.lr}`)
}
console.log(`fingerprint ${fingerprint()}`)

async function checkpoint(inEpoch: number): Promise<void> {
  const state: Checkpoint = {
    epoch: inEpoch,
    model: model.stateDict(),
    optimizer: optimizer.stateDict(),
    scheduler: scheduler.stateDict(),
    loader: loader.stateDict(),
    random: getRngState(),
  }
  await save(state, file)
  console.log(`saved in epoch ${inEpoch + 1} after ${state.loader.batches} batches`)
}

/** The bits of all parameters and buffers in one number: equal only if every bit is. */
function fingerprint(): string {
  let hash = 0x811c9dc5
  for (const value of Object.values(model.stateDict())) {
    const words = value.toTypedArray()
    for (const byte of new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return hash.toString(16).padStart(8, '0')
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
