import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arange, rand, randn } from '@tsorch/core'
import { Linear, ReLU, Sequential } from '@tsorch/nn'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRun } from '../src/index.js'
import { SummaryWriter } from '../src/tensorboard/index.js'
import { decodeGif } from './gif.js'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tsorch-viz-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

test('graphs, sounds, films, meshes and layouts are logged and read', async () => {
  const writer = new SummaryWriter(dir)
  const model = new Sequential(new Linear(3, 4), new ReLU())
  writer.addGraph(model, randn([2, 3]), { walltime: 7 })
  writer.addAudio('sound', arange(10).float().div(10), { globalStep: 1, sampleRate: 8000 })
  writer.addAudio('sound', [[0, 1, -1]], 2)
  writer.addVideo('film', rand([1, 3, 3, 4, 5]), { globalStep: 3, fps: 20 })
  writer.addMesh('cloud', rand([1, 6, 3]), { globalStep: 4, colors: rand([1, 6, 3]) })
  writer.addCustomScalarsMultilinechart(['loss/train', 'loss/test'], { category: 'losses', title: 'both' })
  writer.close()

  const run = await readRun(dir)
  expect(run.graph!.nodes.map(({ name }) => name)).toEqual([
    'input/input',
    'output/output.1',
    'Sequential/Linear[0]/weight',
    'Sequential/Linear[0]/bias',
    'Sequential/Linear[0]/linear',
    'Sequential/ReLU[1]/relu',
  ])
  const sounds = run.audio.get('sound')!.map(({ step, value }) => [step, value.sampleRate, value.lengthFrames])
  expect(sounds).toEqual([
    [1, 8000, 10],
    [2, 44100, 3],
  ])
  const film = run.images.get('film')![0]!
  expect([film.step, film.value.width, film.value.height]).toEqual([3, 5, 4])
  expect(decodeGif(film.value.encodedImageString).delays).toEqual([5, 5, 5])
  expect(run.tensors.get('cloud_COLOR')![0]).toMatchObject({ step: 4, value: { shape: [1, 6, 3] } })
  expect(run.customScalars).toEqual({ losses: { both: ['Multiline', ['loss/train', 'loss/test']] } })
})

test('a graph that cannot be made is not written', async () => {
  const writer = new SummaryWriter(dir)
  expect(() => writer.addGraph({} as never, 1)).toThrow('addGraph: expected a model, an nn.Module, but got Object')
  expect(() => writer.addGraph(new Linear(3, 4), null)).toThrow(
    'addGraph: expected inputs to call the model with, but got null',
  )
  expect(() => writer.addGraph(new Linear(3, 4), randn([2, 5]))).toThrow(/shapes cannot be multiplied/)
  writer.close()
  expect(readdirSync(dir)).toHaveLength(1)
  expect((await readRun(dir)).graph).toBe(null)
})
