/** What the programs show on a page: the windows that a server then has. */
import { fileURLToPath } from 'node:url'
import { manualSeed } from '@tsorch/core'
import { DataLoader, TensorDataset } from '@tsorch/data'
import { SGD } from '@tsorch/optim'
import { MNIST } from '@tsorch/vision'
import { terminal, type Window } from '@tsorch/viz'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ProgramOptions, programs } from '../src/course/programs.js'
import { parseArguments, usage } from '../src/mnist/arguments.js'
import { Board } from '../src/mnist/board.js'
import { Net } from '../src/mnist/net.js'
import { asTensors, evaluate, trainEpoch } from '../src/mnist/train.js'
import { openPage, type Page, takePageArguments } from '../src/page.js'
import { UsageError } from '../src/usage-error.js'

/** What takes longer: the full suite runs it. */
const full = import.meta.env.TSORCH_TEST === 'full'

interface Trace {
  readonly type: string
  readonly name: string
  readonly x: number[]
  readonly y: number[]
  readonly z: number[][]
}

let page: Page
let print: ReturnType<typeof vi.spyOn>
beforeEach(async () => {
  print = vi.spyOn(console, 'log').mockImplementation(() => {})
  page = await openPage({ server: null, open: false }, 'test', 0)
})
afterEach(async () => {
  await page.viz.disconnect()
  await page.server!.close()
  print.mockRestore()
})

const printed = (): string => print.mock.calls.map((values: unknown[]) => values.join(' ')).join('\n')

/** The windows of an environment, by their ids, when all plots have arrived. */
async function windows(): Promise<Record<string, Window>> {
  await page.viz.flush()
  return await page.viz.getWindowData()
}

async function run(name: string, options: ProgramOptions = {}): Promise<Record<string, Trace[]>> {
  await (await programs[name]!()).main({ viz: page.viz, workers: 0, ...options })
  const shown = Object.entries(await windows())
  return Object.fromEntries(shown.map(([id, { content }]) => [id, (content as { data: Trace[] }).data]))
}

test('lecture 2: the loss over w, and over w and b', async () => {
  const { 'loss of y = w x': line, surface } = await run('02')
  const [{ x, y }] = line as [Trace]
  expect(x[y.indexOf(Math.min(...y))]).toBeCloseTo(2)
  const [{ type, z }] = surface as [Trace]
  expect([type, z.length, z[0]!.length]).toEqual(['surface', 41, 41])
  // least at w = 2 and b = 0; the row of b = 0 is the line
  expect(Math.min(...z.flat())).toBeCloseTo(0, 12)
  expect(z[20]![20]).toBeCloseTo(0, 12)
  z[20]!.forEach((loss, k) => {
    expect(loss).toBeCloseTo(y[k]!, 9)
  })
  expect(printed()).toMatch(/bright where it is small:\n( {0,40}[ .:\-=+*#%@]*\n){21}/)
})

test('lectures 3 and 4: how the loss falls', async () => {
  const { cost } = await run('03')
  expect(cost![0]!.y).toHaveLength(100)
  expect(cost![0]!.y.at(-1)).toBeLessThan(1e-7)
  const { loss } = await run('04')
  expect(loss![0]!.x.at(-1)).toBe(299)
})

test('lecture 5: a curve for each optimizer', async () => {
  const { 'loss by optimizer': curves } = await run('05')
  expect(curves!.map(({ name }) => name)).toEqual([
    'SGD',
    'ASGD',
    'Adagrad',
    'Adam',
    'Adamax',
    'RMSprop',
    'Rprop',
    'LBFGS',
  ])
  const starts = new Set(curves!.map(({ y }) => y[0]!.toFixed(3)))
  expect(starts.size).toBe(1)
  for (const { y, name } of curves!) expect(y.at(-1), name).toBeLessThan(y[0]! / 20)
  for (const { name } of curves!) expect(printed()).toContain(name)
})

test('lecture 6: the sigmoid', async () => {
  const { sigmoid } = await run('06')
  const [model, half] = sigmoid as [Trace, Trace]
  expect([model.x[0], model.x.at(-1), model.y.length]).toEqual([0, 10, 200])
  expect(model.y.every((p, i) => p > 0 && p < 1 && p >= (model.y[i - 1] ?? 0))).toBe(true)
  expect(new Set(half.y)).toEqual(new Set([0.5]))
})

test.runIf(full)('lecture 12: five ways to learn a word', async () => {
  const { loss } = await run('12')
  expect(loss!.map(({ name }) => name)).toEqual(['RNNCell', 'RNN', 'LSTM', 'Embedding and RNN', 'Embedding and GRU'])
  for (const { y, name } of loss!) expect(y.at(-1), name).toBeLessThan(y[0]!)
})

test.runIf(full)('lecture 13: the accuracy of each epoch', async () => {
  const { accuracy, loss } = await run('13', { steps: 2 })
  expect(accuracy![0]!.x[0]).toBe(0)
  expect(accuracy![0]!.y).toHaveLength(2)
  expect(loss![0]!.y).toHaveLength(2)
})

test('digits: loss, accuracy, filters, mistakes and the network', async () => {
  const folder = fileURLToPath(new URL('../data/mnist2000', import.meta.url))
  const train = await MNIST.load(folder, { train: true })
  const digits = await MNIST.load(folder, { train: false })
  const few = (set: MNIST, count: number) =>
    new TensorDataset(...(asTensors(set).tensors.map((x) => x.narrow(0, 0, count)) as [never, never]))
  manualSeed(0)
  const net = new Net()
  const batches = new DataLoader(few(train, 256), { batchSize: 64 }) as never
  const board = new Board(page.viz, net, digits, 4)
  const losses: number[] = []
  for (let epoch = 1; epoch <= 2; epoch++) {
    const stream = { write: () => true, isTTY: false }
    const bar = terminal.progress(batches, { stream }) as never
    await trainEpoch(net, bar, new SGD(net.parameters(), { lr: 0.05 }), (loss) => {
      losses.push(loss)
      board.step(loss)
    })
    const evaluation = await evaluate(net, new DataLoader(few(digits, 100), { batchSize: 30 }) as never)
    expect(evaluation.mistakes).toHaveLength(Math.round(100 * (1 - evaluation.accuracy)))
    for (const { index, truth, predicted } of evaluation.mistakes) {
      expect(digits.getItem(index)[1]).toBe(truth)
      expect(predicted).not.toBe(truth)
    }
    board.epoch(epoch, evaluation)
  }
  board.end()
  const shown = await windows()
  const trace = (id: string): Trace => (shown[id]!.content as { data: Trace[] }).data[0]!
  expect(trace('loss').y).toEqual(losses)
  expect(trace('loss').x).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
  expect(trace('accuracy').x).toEqual([1, 2])
  const captions = (id: string) => (shown[id]!.content as { caption: string }[]).map(({ caption }) => caption)
  expect(captions('filters')).toEqual(['first step', 'epoch 1', 'epoch 2'])
  expect(captions('mistakes')[1]).toMatch(/^epoch 2: \d+ of 1000 are wrong$/)
  const { nodes } = shown.watch_network!.content as { nodes: { outputShapes: number[][] }[] }
  expect(nodes[1]!.outputShapes).toEqual([[64, 10, 24, 24]])
  expect((trace('watch_gradients') as unknown as { steps: number[] }).steps).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('the page begins empty, and stays at the end', async () => {
  page.viz.text('old', { win: 'old' })
  await page.viz.flush()
  const { url } = page.server!
  expect(printed()).toContain(`plots are shown at ${new URL('env/test', url).href}`)

  const second = await openPage({ server: url, open: true }, 'test')
  expect(await second.viz.getWindowData()).toEqual({})
  second.viz.text('new', { win: 'new' })
  await second.finish()
  expect(printed()).not.toContain('Ctrl-C')
  expect(Object.keys(await windows())).toEqual(['new'])

  await page.finish()
  expect(printed()).toContain(`The page stays at ${url} until you press Ctrl-C.`)
})

test('a server that is not there is told at once', async () => {
  const away = openPage({ server: 'http://127.0.0.1:9', open: false }, 'test')
  await expect(away).rejects.toThrow('--viz: no visdom server answers at http://127.0.0.1:9')
  await expect(away).rejects.toBeInstanceOf(UsageError)
  await expect(openPage({ server: 'http://', open: false }, 'test')).rejects.toThrow("--viz: 'http://' is no address")
})

test('arguments', () => {
  expect(takePageArguments(['05'])).toEqual({ page: null, rest: ['05'] })
  expect(takePageArguments(['--viz', '05', '--no-open'])).toEqual({ page: { server: null, open: false }, rest: ['05'] })
  expect(takePageArguments(['05', '--viz', 'http://localhost:8097'])).toEqual({
    page: { server: 'http://localhost:8097', open: true },
    rest: ['05'],
  })
  expect(parseArguments(['--epochs', '2', '--viz', '--seed', '1'])).toMatchObject({
    epochs: 2,
    seed: 1,
    page: { server: null, open: true },
  })
  expect(parseArguments([])).toMatchObject({ page: null })
  expect(() => parseArguments(['--vis'])).toThrow(usage)
  expect(usage).toContain('--viz')
})
