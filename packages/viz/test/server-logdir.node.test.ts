import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { SummaryWriter } from '../src/index.js'
import type { NetworkContent } from '../src/protocol/types.js'
import { barsOf, barsOfTensor } from '../src/server/logdir/bars.js'
import { followLogdir, type LogdirFollower } from '../src/server/logdir/follow.js'
import { encodeEvent } from '../src/tensorboard/encode.js'
import { encodeGraph, type GraphNode } from '../src/tensorboard/graph.js'
import { frameRecord } from '../src/tensorboard/records.js'
import { eventually, makeFolder, makeServer, post, TestSocket, text } from './server-helpers.js'

interface Shown {
  readonly type: string
  readonly title: string
  readonly content: { data: Record<string, unknown>[]; layout: Record<string, unknown> } & {
    src: string
    caption: string
  }[] &
    string
}

const windowOf = (hub: Hub, env: string, id: string): Shown => hub.exportEnv(env)!.jsons[id] as unknown as Shown

function follow(folder: string): { hub: Hub; follower: LogdirFollower; warnings: string[] } {
  const hub = new Hub()
  const warnings: string[] = []
  return { hub, follower: followLogdir(hub, folder, (line) => warnings.push(line)), warnings }
}

test('each kind of summary is shown in its window', async () => {
  const folder = makeFolder()
  const writer = new SummaryWriter(join(folder, 'run'))
  for (let step = 0; step < 5; step++)
    writer.addScalar('loss/train', 1 / (step + 1), { globalStep: step, walltime: 100 + step })
  writer.addScalar('nan', Number.NaN, 1)
  writer.addScalar('new', 0.5, { globalStep: 3, newStyle: true })
  writer.addHistogram('weights', [0, 1, 1, 2], { globalStep: 1, bins: 2 })
  writer.addHistogram('weights', [0, 4], { globalStep: 2, bins: 2 })
  writer.addImage('picture', [[[0, 1]], [[0.5, 0]], [[1, 0]]], 4)
  writer.addImage('picture', [[[1, 1]], [[0.5, 0]], [[1, 0]]], 5)
  writer.addText('note', 'a < b', 5)
  writer.addText('note', 'more', 6)
  writer.addPrCurve('curve', [1, 0], [0.9, 0.2], { numThresholds: 3 })
  writer.addHparams({ lr: 0.1, model: 'cnn' }, { accuracy: 0.9 }, { runName: 'hp' })
  writer.close()
  const { hub, follower, warnings } = follow(folder)
  await follower.refresh()
  follower.close()
  expect(hub.environments()).toEqual(['main', 'run', 'run_hp'])
  expect(windowOf(hub, 'run', 'loss/train')).toMatchObject({
    type: 'plot',
    title: 'loss/train',
    content: { data: [{ type: 'scatter', name: 'loss/train', x: [0, 1, 2, 3, 4], t: [100, 101, 102, 103, 104] }] },
  })
  expect(windowOf(hub, 'run', 'loss/train').content.data[0]!.y).toEqual([1, 2, 3, 4, 5].map((n) => Math.fround(1 / n)))
  expect(windowOf(hub, 'run', 'nan').content.data[0]!.y).toEqual([Number.NaN])
  expect(windowOf(hub, 'run', 'new').content.data[0]).toMatchObject({ x: [3], y: [0.5] })
  expect(windowOf(hub, 'run', 'weights').content.data).toMatchObject([
    {
      type: 'histograms',
      steps: [1, 2],
      edges: [
        [0, 1, 2],
        [0, 2, 4],
      ],
      counts: [
        [1, 3],
        [1, 1],
      ],
    },
  ])
  const pictures = windowOf(hub, 'run', 'picture')
  expect(pictures.type).toBe('image_history')
  expect(pictures.content.map(({ caption }) => caption)).toEqual(['step 4', 'step 5'])
  expect(pictures.content[0]!.src).toMatch(/^data:image\/png;base64,iVBORw0KGgo/)
  expect(windowOf(hub, 'run', 'note').content).toContain('a &#60; b')
  expect(windowOf(hub, 'run', 'note').content).toContain('more')
  const [curve] = windowOf(hub, 'run', 'curve').content.data
  expect((curve!.x as number[]).length).toBe(3)
  expect(windowOf(hub, 'run_hp', 'hparams')).toMatchObject({
    type: 'properties',
    content: [
      { type: 'number', name: 'lr', value: 0.1 },
      { type: 'text', name: 'model', value: 'cnn' },
    ],
  })
  expect(windowOf(hub, 'run_hp', 'accuracy').content.data[0]!.y).toEqual([Math.fround(0.9)])
  expect(warnings).toEqual([])
})

const scalar = (step: number, tag = 'loss'): Uint8Array =>
  frameRecord(encodeEvent({ wallTime: step, step, summary: [{ tag, simpleValue: step }] }))

test('files are followed as they grow, byte by byte, and new ones are found', async () => {
  const folder = makeFolder()
  const file = join(folder, 'events.out.tfevents.1.h.1.0')
  const bytes = Buffer.concat([scalar(0), scalar(1), scalar(2)])
  writeFileSync(file, '')
  const { hub, follower, warnings } = follow(folder)
  const env = folder.split('/').at(-1)!
  for (const byte of bytes) {
    appendFileSync(file, Buffer.of(byte))
    if (byte % 3 === 0) await follower.refresh()
  }
  await follower.refresh()
  expect(windowOf(hub, env, 'loss').content.data[0]).toMatchObject({ x: [0, 1, 2], y: [0, 1, 2], t: [0, 1, 2] })
  writeFileSync(join(folder, 'events.out.tfevents.2.h.1.10'), scalar(4))
  writeFileSync(join(folder, 'events.out.tfevents.2.h.1.9'), scalar(3))
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true })
  writeFileSync(join(folder, 'deep', 'er', 'events.out.tfevents.3.h'), scalar(7))
  await follower.refresh()
  follower.close()
  expect(windowOf(hub, env, 'loss').content.data[0]!.x).toEqual([0, 1, 2, 3, 4])
  expect(windowOf(hub, 'deep_er', 'loss').content.data[0]!.x).toEqual([7])
  expect(warnings).toEqual([])
})

test('a file that is written anew is shown anew, and a run that is deleted goes', async () => {
  const folder = makeFolder()
  mkdirSync(join(folder, 'run'))
  const file = join(folder, 'run', 'events.out.tfevents.1')
  writeFileSync(file, Buffer.concat([scalar(1), scalar(2), scalar(1, 'old')]))
  const { hub, follower } = follow(folder)
  await follower.refresh()
  writeFileSync(file, scalar(7))
  await follower.refresh()
  expect(Object.keys(hub.exportEnv('run')!.jsons)).toEqual(['loss'])
  expect(windowOf(hub, 'run', 'loss').content.data[0]!.x).toEqual([7])
  rmSync(join(folder, 'run'), { recursive: true })
  await follower.refresh()
  expect(hub.environments()).toEqual(['main'])
  expect(follower.shows('run')).toBe(false)
  mkdirSync(join(folder, 'run'))
  writeFileSync(file, scalar(8))
  await follower.refresh()
  follower.close()
  expect(windowOf(hub, 'run', 'loss').content.data[0]!.x).toEqual([8])
})

test('where a training was restarted, what counts no longer goes', async () => {
  const folder = makeFolder()
  const start = frameRecord(encodeEvent({ wallTime: 9, step: 2, sessionLog: { status: 'start' } }))
  const histogram = (step: number): Uint8Array =>
    frameRecord(
      encodeEvent({
        wallTime: step,
        step,
        summary: [
          {
            tag: 'h',
            histogram: { min: 0, max: 1, num: 1, sum: 1, sumSquares: 1, bucketLimit: [0, 1], bucket: [0, 1] },
          },
        ],
      }),
    )
  writeFileSync(
    join(folder, 'events.out.tfevents.1'),
    Buffer.concat([scalar(1), scalar(2), scalar(3), histogram(1), histogram(3)]),
  )
  const { hub, follower } = follow(folder)
  const env = folder.split('/').at(-1)!
  await follower.refresh()
  expect(windowOf(hub, env, 'loss').content.data[0]!.x).toEqual([1, 2, 3])
  writeFileSync(join(folder, 'events.out.tfevents.2'), Buffer.concat([start, scalar(2), scalar(5)]))
  await follower.refresh()
  follower.close()
  expect(windowOf(hub, env, 'loss').content.data[0]!.x).toEqual([1, 2, 5])
  expect(windowOf(hub, env, 'h').content.data[0]!.steps).toEqual([1])
})

test('a damaged file is told about once, and the others are shown', async () => {
  const folder = makeFolder()
  for (const [run, bytes] of [
    ['bad', Buffer.concat([scalar(1), Buffer.alloc(40, 1)])],
    ['good', scalar(1)],
    ['worse', Buffer.from('no event file at all, but long enough to be one')],
    ['huge', Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 0, 0, 0, 0, 1, 2, 3, 4])],
  ] as const) {
    mkdirSync(join(folder, run))
    writeFileSync(join(folder, run, 'events.out.tfevents.1'), bytes)
  }
  const { hub, follower, warnings } = follow(folder)
  await follower.refresh()
  await follower.refresh()
  follower.close()
  expect(warnings).toHaveLength(3)
  for (const warning of warnings) expect(warning).toMatch(/(bad|worse|huge)\/events.* is damaged/)
  expect(windowOf(hub, 'bad', 'loss').content.data[0]!.x).toEqual([1])
  expect(windowOf(hub, 'good', 'loss').content.data[0]!.x).toEqual([1])
})

test('a server shows a log directory beside its own plots, and lets nobody write to it', async () => {
  const logdir = makeFolder()
  const envPath = makeFolder()
  mkdirSync(join(logdir, 'a'))
  mkdirSync(join(logdir, 'main'))
  writeFileSync(join(logdir, 'a', 'events.out.tfevents.1'), scalar(1))
  writeFileSync(join(logdir, 'main', 'events.out.tfevents.1'), scalar(1))
  writeFileSync(
    join(envPath, 'main.json'),
    JSON.stringify({ jsons: { own: { type: 'text', content: 'x' } }, reload: {} }),
  )
  const server = await makeServer({ logdir, envPath })
  await eventually(async () => (await post(server, '/win_exists', { win: 'loss', eid: 'a' })).text === 'true')
  expect(JSON.parse((await post(server, '/env_state', {})).text)).toEqual(['main', 'a', 'main (2)'])
  for (const [endpoint, body] of [
    ['events', text('t', 'x', 'a')],
    ['update', { win: 'loss', eid: 'a', append: true, data: [{ x: [1], y: [1] }] }],
    ['close', { win: null, eid: 'a' }],
    ['delete_env', { eid: 'a' }],
    ['fork_env', { prev_eid: 'main', eid: 'a' }],
    ['win_data', { win: 'loss', eid: 'a', data: '{}' }],
  ] as const)
    expect(await post(server, `/${endpoint}`, body), endpoint).toMatchObject({
      status: 400,
      text: "the environment 'a' shows a log directory and cannot be written to",
    })
  const page = new TestSocket(server, '/socket')
  await page.until('env_update')
  page.send({ cmd: 'close', data: 'loss', eid: 'a' })
  page.send({ cmd: 'delete_env', prev_eid: 'a', eid: 'a' })
  page.send({ cmd: 'save', data: {}, prev_eid: 'main', eid: 'a' })
  page.send({ cmd: 'save_layouts', data: 'all heard' })
  await page.until('layout_update')
  expect((await post(server, '/win_exists', { win: 'loss', eid: 'a' })).text).toBe('true')
  expect((await post(server, '/fork_env', { prev_eid: 'a', eid: 'mine' })).text).toBe('mine')
  expect((await post(server, '/save', { data: ['a', 'mine'] })).status).toBe(200)
  await server.close()
  expect(
    readdirSync(envPath)
      .filter((name) => name.endsWith('.json'))
      .sort(),
  ).toEqual(['main.json', 'mine.json'])
  expect(JSON.parse(readFileSync(join(envPath, 'mine.json'), 'utf8')).jsons.loss.content.data[0].x).toEqual([1])
})

test("TensorBoard's histograms become bars of equal width, with nothing lost", () => {
  const bars = (bucketLimit: number[], bucket: number[], min: number, max: number): ReturnType<typeof barsOf> =>
    barsOf({ min, max, num: 0, sum: 0, sumSquares: 0, bucketLimit, bucket })
  expect(bars([0, 1, 2], [0, 1, 3], 0, 2)).toEqual({ edges: [0, 1, 2], counts: [1, 3] })
  expect(bars([0, 1], [0, 0], 0, 0)).toBe(null)
  expect(bars([1], [5], 1, 1)).toEqual({ edges: [1, 1], counts: [5] })
  // buckets that grow by a tenth each, of which the outermost are wider than the values
  const limits = Array.from({ length: 60 }, (_, i) => 1.1 ** i)
  const spread = bars([...limits, 1.7e308], [0, ...limits.map(() => 2)], 1.05, 300)!
  expect(spread.edges).toHaveLength(31)
  expect([spread.edges[0], spread.edges[30]]).toEqual([1.05, 300])
  expect(spread.counts.reduce((sum, count) => sum + count)).toBeCloseTo(120, 9)
  expect(spread.counts[0]).toBeGreaterThan(spread.counts[29]!)
  const tensor = { dtype: 'DT_DOUBLE', shape: [2, 3], values: [0, 1, 4, 1, 2, 5] } as const
  expect(barsOfTensor(tensor)).toEqual({ edges: [0, 1, 2], counts: [4, 5] })
  expect(barsOfTensor({ ...tensor, shape: [3, 2] })).toBe(null)
})

test('a graph becomes the tree of its modules', async () => {
  const node = (name: string, op = 'aten::x', shape: number[] = []): GraphNode => ({
    name,
    op,
    inputs: [],
    attributes: '{}',
    outputShapes: [shape],
  })
  const nodes = [
    node('input/x', 'IO Node', [8, 4]),
    node('output/output.1', 'IO Node', [8, 2]),
    node('Net/Sequential[body]/Linear[0]/weight', 'prim::GetAttr', [3, 4]),
    node('Net/Sequential[body]/Linear[0]/bias/bias.1', 'prim::GetAttr', [3]),
    node('Net/Sequential[body]/Linear[0]/addmm', 'aten::addmm', [8, 3]),
    node('Net/Linear[head]/weight', 'prim::GetAttr', [2, 3]),
    node('Net/Linear[head]/addmm', 'aten::addmm', [8, 2]),
  ]
  const folder = makeFolder()
  const graphDef = encodeGraph({ nodes })
  writeFileSync(join(folder, 'events.out.tfevents.1'), frameRecord(encodeEvent({ wallTime: 1, step: 0, graphDef })))
  const { hub, follower, warnings } = follow(folder)
  await follower.refresh()
  follower.close()
  const { type, content } = windowOf(hub, folder.split('/').at(-1)!, 'graph') as unknown as {
    type: string
    content: NetworkContent
  }
  expect(type).toBe('network')
  expect(content.nodes).toMatchObject([
    { name: 0, path: '', kind: 'Net', parameters: 21, outputShapes: [[8, 2]] },
    { name: 1, path: 'body', kind: 'Sequential', parameters: 15, outputShapes: [[8, 3]] },
    { name: 2, path: 'body.0', kind: 'Linear', label: '0 Linear 15' },
    { name: 3, path: 'head', kind: 'Linear', parameters: 6, outputShapes: [[8, 2]] },
  ])
  expect(content.edges.map(({ source, target }) => [source, target])).toEqual([
    [0, 1],
    [1, 2],
    [0, 3],
  ])
  expect(warnings).toEqual([])
})
