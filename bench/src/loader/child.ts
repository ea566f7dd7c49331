/** The process of one loader case: `node loader/child.js '{"kind":"augment","workers":2,"epochs":2}'`. Prints one line of JSON. */
import type { Tensor } from '@tsorch/core'
import { DataLoader, TensorDataset } from '@tsorch/data'
import { CrossEntropyLoss } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'
import 'tsorch'
import { Cnn } from '../tsorch/networks.js'
import { AugmentedDigits, randomImages } from './digits.js'
import type { LoaderOutcome, LoaderTask } from './report.js'

const { kind, workers, epochs }: LoaderTask = JSON.parse(process.argv[2]!)
const [images, labels] = randomImages()
const dataset =
  kind === 'augment'
    ? new AugmentedDigits(images, labels)
    : new TensorDataset(images.to('float32').div(255).sub(0.1307).div(0.3081).unsqueeze(1), labels)
const loader = new DataLoader<[Tensor, Tensor]>(dataset, {
  batchSize: 64,
  shuffle: true,
  numWorkers: workers,
  ...(workers > 0 ? { persistentWorkers: true } : {}),
})

const model = new Cnn()
const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 })
const criterion = new CrossEntropyLoss()

/** What is done with a batch: nothing, or a training step. */
function use([x, y]: [Tensor, Tensor]): void {
  if (kind === 'augment') return
  optimizer.zeroGrad()
  const loss = criterion(model(x), y)
  loss.backward()
  optimizer.step()
}

// the first epoch starts the workers and warms up
const rates: number[] = []
let waited = 0
for (let epoch = 0; epoch <= epochs; epoch++) {
  for await (const batch of loader) use(batch)
  if (epoch === 0) continue
  rates.push(loader.stats.samplesPerSecond)
  waited = loader.stats.waited / loader.stats.seconds
}
loader.close()
const outcome: LoaderOutcome = { samplesPerSecond: Math.max(...rates), waited }
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))
