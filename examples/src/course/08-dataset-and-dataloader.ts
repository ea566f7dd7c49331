/** Lecture 8: Dataset and DataLoader. The diabetes data in shuffled mini-batches. */
import { data, manualSeed, nn, optim } from 'tsorch'
import { accuracy, DiabetesModel } from './07-multiple-dimension-input.js'
import { showCurve } from './curves.js'
import { DiabetesDataset, readDiabetes } from './diabetes.js'
import type { ProgramOptions } from './programs.js'

/**
 * The loss of each mini-batch. With workers, other threads read the samples; as they stay from epoch to epoch, each epoch draws
 * less from the random stream than without them, and shuffles otherwise, as in PyTorch.
 */
export function* train(model: DiabetesModel, epochs = 20, lr = 0.1, numWorkers = 0): Generator<number> {
  const trainLoader = new data.DataLoader(new DiabetesDataset(), {
    batchSize: 32,
    shuffle: true,
    numWorkers,
    ...(numWorkers > 0 ? { persistentWorkers: true } : {}),
  })
  const criterion = new nn.BCELoss()
  const optimizer = new optim.SGD(model.parameters(), { lr })
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [inputs, labels] of trainLoader) {
      const loss = criterion(model(inputs), labels)
      yield loss.item()
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
  }
  trainLoader.close()
}

export function main({ workers = 2, viz = null }: ProgramOptions = {}): void {
  const stepsAnEpoch = 24
  manualSeed(0)
  const model = new DiabetesModel('relu')
  const losses: number[] = []
  for (const loss of train(model, 20, 0.1, workers)) {
    const step = losses.push(loss) - 1
    if (step % stepsAnEpoch === 0) console.log(`epoch ${step / stepsAnEpoch}: loss = ${loss.toFixed(6)}`)
  }
  showCurve(losses, { title: 'loss', xlabel: 'step', ylabel: 'loss' }, viz)
  console.log(`accuracy ${(100 * accuracy(model, ...readDiabetes())).toFixed(1)} %`)
}
