/**
 * The process of one case of `--viz`. Blocks of steps without and with viz take turns, so that what others do on the machine meets both;
 * a block with viz ends when all is delivered, or written off. Prints one line of JSON.
 */
import { join } from 'node:path'
import type { Tensor } from '@tsorch/core'
import { DataLoader, TensorDataset } from '@tsorch/data'
import { CrossEntropyLoss } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'
import { Logger, SummaryWriter, Visdom } from '@tsorch/viz'
import { serve } from '@tsorch/viz/server'
import 'tsorch'
import { randomImages } from '../loader/digits.js'
import { median } from '../measure.js'
import { Cnn } from '../tsorch/networks.js'
import type { VizOutcome, VizTask } from './report.js'

const { kind, folder, server, pairs }: VizTask = JSON.parse(process.argv[2]!)
const [images, labels] = randomImages()
const inputs = images.to('float32').div(255).sub(0.1307).div(0.3081).unsqueeze(1)
const loader = new DataLoader<[Tensor, Tensor]>(new TensorDataset(inputs, labels), { batchSize: 64, shuffle: true })
const model = new Cnn()
const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 })
const criterion = new CrossEntropyLoss()

async function target(): Promise<Visdom | SummaryWriter> {
  if (kind === 'tensorboard') return new SummaryWriter(join(folder, 'run'))
  if (kind === 'here') return new Visdom({ server: await serve({ port: 0, envPath: folder }) })
  // the discard port of this machine: nobody listens there
  const url = server ?? 'http://127.0.0.1:9'
  return new Visdom({ server: url, logToFilename: join(folder, 'offline.jsonl') })
}

const sink = await target()
const logger = new Logger({ run: 'bench', to: [sink] })
let step = 0
let spentInLog = 0
let logged = 0

/** An epoch; returns milliseconds a step. Both kinds of blocks read the loss, so that only the showing is compared. */
async function block(isShown: boolean): Promise<number> {
  const start = performance.now()
  let steps = 0
  let last = 0
  for await (const [x, y] of loader) {
    optimizer.zeroGrad()
    const loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    last = Number(loss.item())
    if (isShown) {
      const before = performance.now()
      logger.log({ loss: last }, step)
      spentInLog += performance.now() - before
      logged++
    }
    step++
    steps++
  }
  const ms = (performance.now() - start) / steps
  if (!Number.isFinite(last)) throw new Error(`the loss became ${last}`)
  return ms
}

await block(false)
await block(true)
spentInLog = 0
logged = 0
const without: number[] = []
const shown: number[] = []
for (let i = 0; i < pairs; i++) {
  // who is first takes turns too
  for (const isShown of i % 2 === 0 ? [false, true] : [true, false])
    (isShown ? shown : without).push(await block(isShown))
}
const outcome: VizOutcome = {
  withoutMs: median(without),
  withMs: median(shown),
  ratio: median(shown.map((ms, i) => ms / without[i]!)),
  callMicros: (1000 * spentInLog) / logged,
}
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))
