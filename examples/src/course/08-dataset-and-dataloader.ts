/** Lecture 8: Dataset and DataLoader. The diabetes data in shuffled mini-batches. */
import { data, manualSeed, nn, optim } from 'tsorch'
import { accuracy, DiabetesModel } from './07-multiple-dimension-input.js'
import { DiabetesDataset, readDiabetes } from './data.js'

/** The loss of each mini-batch. */
export function* train(model: DiabetesModel, epochs = 20, lr = 0.1): Generator<number> {
  const trainLoader = new data.DataLoader(new DiabetesDataset(), { batchSize: 32, shuffle: true })
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
}

export function main(): void {
  const stepsAnEpoch = 24
  manualSeed(0)
  const model = new DiabetesModel('relu')
  let step = 0
  for (const loss of train(model)) {
    if (step % stepsAnEpoch === 0) console.log(`epoch ${step / stepsAnEpoch}: loss = ${loss.toFixed(6)}`)
    step++
  }
  console.log(`accuracy ${(100 * accuracy(model, ...readDiabetes())).toFixed(1)} %`)
}
