import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inflateSync } from 'node:zlib'
import { arange, tensor } from '@tsorch/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRun, readRuns, SummaryWriter } from '../src/index.js'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

/** The pixels of a PNG file whose rows are stored as differences to the left. */
function pixelsOf(png: Uint8Array, width: number, channels: number): number[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  let raw = new Uint8Array(0)
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    if (type === 'IDAT') raw = new Uint8Array(inflateSync(png.subarray(at + 8, at + 8 + view.getUint32(at))))
  }
  const pixels: number[] = []
  const row = width * channels + 1
  raw.forEach((byte, i) => {
    if (i % row === 0) expect(byte).toBe(1)
    else pixels.push((byte + (i % row <= channels ? 0 : pixels.at(-channels)!)) & 255)
  })
  return pixels
}

test('what is logged is read', async () => {
  const writer = new SummaryWriter(dir, { filenameSuffix: '.digits' })
  writer.addScalar('loss', 0.5, 1)
  writer.addScalar('loss', tensor([0.25]), { globalStep: 2n, walltime: 12.5 })
  writer.addScalar('exact', 0.1, { newStyle: true, doublePrecision: true })
  writer.addHistogram('weights', arange(10), { globalStep: 3, bins: 2 })
  writer.addHistogramRaw('raw', {
    min: 0,
    max: 1,
    num: 2,
    sum: 1,
    sumSquares: 1,
    bucketLimits: [0.5, 1],
    bucketCounts: Float64Array.of(1, 1),
  })
  writer.addImage('image', [[[0, 1]], [[0.5, 0]], [[1, 0]]], 4)
  writer.addImages('images', { data: Uint8Array.of(1, 2), shape: [2, 1, 1, 1] })
  writer.addText('note', '**größer**', 5)
  writer.addTensor('tensor', tensor([[1, 2]]), 6)
  writer.addPrCurve('curve', [1, 0], [0.9, 0.2], { numThresholds: 3 })
  writer.close()

  expect(readdirSync(dir)).toHaveLength(1)
  expect(readdirSync(dir)[0]).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.digits$/)
  const run = await readRun(pathToFileURL(dir))
  expect(run.scalars.get('loss')!.map(({ step, value }) => [step, value])).toEqual([
    [1, 0.5],
    [2, 0.25],
  ])
  expect(run.scalars.get('loss')![1]!.wallTime).toBe(12.5)
  expect(Math.abs(run.scalars.get('loss')![0]!.wallTime - Date.now() / 1000)).toBeLessThan(60)
  expect(run.scalars.get('exact')![0]!.value).toBe(0.1)
  expect(run.histograms.get('weights')![0]!.value).toMatchObject({ bucketLimit: [0, 4.5, 9], bucket: [0, 5, 5] })
  expect(run.histograms.get('raw')![0]!.value).toMatchObject({ num: 2, bucketLimit: [0.5, 1], bucket: [1, 1] })
  const image = run.images.get('image')![0]!.value
  expect(image).toMatchObject({ width: 2, height: 1, colorspace: 3 })
  expect(pixelsOf(image.encodedImageString, 2, 3)).toEqual([0, 127, 255, 255, 0, 0])
  const images = run.images.get('images')![0]!.value
  expect(pixelsOf(images.encodedImageString, 2, 3)).toEqual([1, 1, 1, 2, 2, 2])
  expect(run.texts.get('note')).toMatchObject([{ step: 5, value: '**größer**' }])
  expect(run.tensors.get('tensor')![0]!.value).toEqual({ dtype: 'DT_INT64', shape: [1, 2], values: [1, 2] })
  expect(run.tensors.get('curve')![0]!.value.shape).toEqual([6, 3])
})

test('runs of addScalars and addHparams have folders of their own', async () => {
  using writer = new SummaryWriter(dir)
  writer.addScalars('loss/epoch', { train: 1, test: tensor(2) }, 3)
  writer.addScalars('loss/epoch', { train: 0.5 }, 4)
  const hparams = { lr: 0.1, optimizer: 'sgd', nesterov: true, decay: null }
  writer.addHparams(hparams, { 'hparam/loss': 0.5 }, { runName: 'trial', hparamDomainDiscrete: { optimizer: ['sgd'] } })
  writer.close()
  const runs = await readRuns(dir)
  expect([...runs.keys()]).toEqual(['.', 'loss_epoch_test', 'loss_epoch_train', 'trial'])
  expect(
    runs
      .get('loss_epoch_train')!
      .scalars.get('loss/epoch')!
      .map(({ step, value }) => [step, value]),
  ).toEqual([
    [3, 1],
    [4, 0.5],
  ])
  expect(runs.get('trial')!.hparams).toEqual({ lr: 0.1, optimizer: 'sgd', nesterov: 1 })
  expect(runs.get('trial')!.scalars.get('hparam/loss')![0]!.value).toBe(0.5)
})

test('records are written while the program goes on', async () => {
  const writer = new SummaryWriter(dir, { maxQueue: 5 })
  const file = join(dir, readdirSync(dir)[0]!)
  const empty = statSync(file).size
  for (let step = 0; step < 4; step++) writer.addScalar('loss', step, step)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(statSync(file).size).toBe(empty)
  writer.addScalar('loss', 4, 4)
  await expect.poll(async () => (await readRun(dir)).scalars.get('loss')?.length).toBe(5)
  writer.close()
})

test('a record waits no longer than flushSecs', async () => {
  const writer = new SummaryWriter(dir, { flushSecs: 0.05 })
  writer.addScalar('loss', 1)
  await expect.poll(async () => (await readRun(dir)).scalars.get('loss')?.length).toBe(1)
  writer.close()
})

test('flush writes at once, also while a write is under way and in a loop that lets nothing else happen', async () => {
  const writer = new SummaryWriter(dir)
  for (let step = 0; step < 2500; step++) {
    writer.addScalar('loss', step, step)
    if (step % 1000 === 7) writer.flush()
  }
  writer.flush()
  const steps = async () => (await readRun(dir)).scalars.get('loss')!.map(({ step }) => step)
  const expected = Array.from({ length: 2500 }, (_, i) => i)
  expect(await steps()).toEqual(expected)
  writer.close()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await steps()).toEqual(expected)
})

test('a folder that cannot be made', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => new SummaryWriter(join(dir, 'file', 'run'))).toThrow(/ENOTDIR|ENOENT|EEXIST/)
})

test('after close a new file begins; purgeStep hides what was logged from there on', async () => {
  const first = new SummaryWriter(dir)
  for (let step = 0; step < 4; step++) first.addScalar('loss', step, step)
  first.close()
  first.close()
  first.addScalar('late', 1)
  first.close()
  expect(readdirSync(dir)).toHaveLength(2)
  const second = new SummaryWriter(dir, { purgeStep: 2 })
  second.addScalar('loss', 20, 2)
  second.close()
  const { scalars } = await readRun(dir)
  expect(scalars.get('loss')!.map(({ value }) => value)).toEqual([0, 1, 20])
  expect(scalars.get('late')).toHaveLength(1)
})

test('an embedding lies beside the event file', () => {
  const writer = new SummaryWriter(dir)
  const labelImg = { data: new Float32Array(3 * 2), shape: [3, 1, 2, 1] }
  writer.addEmbedding(
    [
      [1, 2],
      [3, 4],
      [5, 6.5],
    ],
    {
      metadata: [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
      metadataHeader: ['name', 'number'],
      labelImg,
      tag: 'a/b',
      globalStep: 12,
    },
  )
  writer.addEmbedding(tensor([[1, 2]]))
  writer.close()
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  expect(read('00012/a%2fb/tensors.tsv')).toBe('1\t2\n3\t4\n5\t6.5\n')
  expect(read('00012/a%2fb/metadata.tsv')).toBe('name\tnumber\na\t1\nb\t2\nc\t3\n')
  expect(read('projector_config.pbtxt')).toBe(`embeddings {
  tensor_name: "a/b:00012"
  metadata_path: "00012/a%2fb/metadata.tsv"
  sprite {
    image_path: "00012/a%2fb/sprite.png"
    single_image_dim: 1
    single_image_dim: 2
  }
  tensor_path: "00012/a%2fb/tensors.tsv"
}
embeddings {
  tensor_name: "default:00000"
  tensor_path: "00000/default/tensors.tsv"
}
`)
})

test('bad input is refused before anything is written', async () => {
  const writer = new SummaryWriter(dir)
  expect(() => writer.addScalar('loss', [1, 2], 0)).toThrow('Tensor should contain one element')
  expect(() => writer.addScalar('loss', 1, Number.NaN)).toThrow('expected globalStep to be an integer, but got NaN')
  expect(() => writer.addScalars('loss', { a: 1, b: 'x' as never })).toThrow('addScalars: expected a tensor')
  expect(() => writer.addText('note', 5 as never)).toThrow('addText: expected a string, but got a number')
  expect(() => writer.addTensor('half', tensor([1], { dtype: 'float16' }))).toThrow('unsupported tensor dtype float16')
  expect(() => writer.addHparams({ lr: 'a' }, { m: 1 }, { hparamDomainDiscrete: { lr: [1] } })).toThrow(
    "hparamDomainDiscrete['lr'] should be an array of the same type as hparams['lr']",
  )
  expect(() => writer.addHparams({ f: (() => 1) as never }, {})).toThrow("hparams['f']: expected a tensor")
  expect(() => writer.addEmbedding([1, 2])).toThrow('mat should be 2D')
  expect(() => writer.addEmbedding([[1]], { metadata: ['a', 'b'] })).toThrow('#labels should equal with #data points')
  // @ts-expect-error: no such option
  writer.addImage('image', [[1]], { dataformats: 'HW', quality: 3 })
  writer.close()
  const { scalars, images } = await readRun(dir)
  expect([scalars.size, images.size]).toEqual([0, 1])
  expect(readdirSync(dir)).toHaveLength(1)
})

test('a folder without event files', async () => {
  await expect(readRun(dir)).rejects.toThrow(`${dir}: there is no event file`)
  expect((await readRuns(dir)).size).toBe(0)
})
