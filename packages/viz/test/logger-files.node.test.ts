/** A training in files: CSV and TensorBoard's. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvSink, Logger } from '../src/logger/index.js'
import { readRun, SummaryWriter } from '../src/tensorboard/index.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = (path: string): string[] => readFileSync(path, 'utf8').split('\n')

test('CSV: a row for each call, and a column more for a tag that comes later', async () => {
  const path = join(folder, 'deep', 'a.csv')
  const log = new Logger({ to: [csvSink(path)], onWarning: () => {} })
  log.log({ loss: 1 }, 0, { time: 5 })
  log.log({ loss: 0.5, 'acc, "%"': Number.NaN }, 1, { epoch: 0.5, time: 6 })
  log.log({ step: 3, loss: Number.POSITIVE_INFINITY }, 2, { time: 7 })
  await log.finish()
  expect(read(path)).toEqual([
    'step,epoch,time,loss,"acc, ""%""",step_',
    '0,,5,1,,',
    '1,0.5,6,0.5,NaN,',
    '2,0.5,7,Infinity,,3',
    '',
  ])
  expect(existsSync(`${path}.tmp`)).toBe(false)
})

test('CSV: an earlier file is kept, or gone on with', async () => {
  const path = join(folder, 'b.csv')
  const run = async (resume: boolean, tag: string) => {
    const log = new Logger({ to: [csvSink(path)], resume })
    log.log({ [tag]: 1 }, 0, { time: 5 })
    await log.finish()
  }
  await run(false, 'loss')
  await run(true, 'acc, "%"')
  await run(true, 'acc, "%"')
  const whole = ['step,epoch,time,loss,"acc, ""%"""', '0,,5,1,', '0,,5,,1', '0,,5,,1', '']
  expect(read(path)).toEqual(whole)
  await run(false, 'loss')
  await run(false, 'x')
  expect(read(path)).toEqual(['step,epoch,time,x', '0,,5,1', ''])
  expect(read(join(folder, 'b.1.csv'))).toEqual(whole)
  expect(read(join(folder, 'b.2.csv'))).toEqual(['step,epoch,time,loss', '0,,5,1', ''])
  // what is no such table is not touched
  writeFileSync(path, 'name,age\n')
  await run(true, 'y')
  expect(read(join(folder, 'b.3.csv'))).toEqual(['name,age', ''])
})

test('CSV: a row that a killed program has left half is no end of the table', async () => {
  const path = join(folder, 'c.csv')
  writeFileSync(path, 'step,epoch,time,loss\n0,,5,1\n1,,')
  const log = new Logger({ to: [csvSink(path)], resume: true })
  log.log({ loss: 3 }, 2, { time: 7 })
  log.log({ acc: 4 }, 3, { time: 8 })
  await log.finish()
  expect(read(path)).toEqual(['step,epoch,time,loss,acc', '0,,5,1,', '1,,,', '2,,7,3,', '3,,8,,4', ''])
})

test('TensorBoard', async () => {
  const path = join(folder, 'tb')
  const writer = new SummaryWriter(path)
  const log = new Logger({ hparams: { lr: 0.1, net: 'a|b' }, to: [writer], onWarning: () => {} })
  for (let i = 0; i < 3; i++) log.log({ 'loss/train': 3 - i }, i, { time: 100 + i })
  log.histogram('w', [1, 2, 3], 2)
  log.image('gray', [[0, 1]], 2)
  log.images('colors', [[[[0.5]], [[0]], [[1]]]], 2)
  log.text('note', 'hi', 2)
  log.log({ 'loss/train': Number.NaN }, 3)
  await log.finish()
  writer.close()
  const run = await readRun(path)
  expect(
    run.scalars
      .get('loss/train')!
      .map(({ step, wallTime, value }) => [step, wallTime, value])
      .slice(0, 3),
  ).toEqual([
    [0, 100, 3],
    [1, 101, 2],
    [2, 102, 1],
  ])
  expect([...run.histograms.keys(), ...run.images.keys()]).toEqual(['w', 'gray', 'colors'])
  expect([...run.texts.keys()]).toEqual(expect.arrayContaining(['hparams', 'note', 'warnings']))
  expect(run.texts.get('hparams')![0]!.value).toContain('| net | a\\|b |')
  expect(run.hparams).toMatchObject({ lr: 0.1, net: 'a|b' })
  expect(run.scalars.get('hparam/loss/train')![0]!.value).toBeNaN()
})
