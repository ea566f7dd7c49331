import { noGrad, randn, type Tensor, tensor } from '@tsorch/core'
import { functional as F, Layer, Linear, MSELoss, ReLU, Sequential } from '@tsorch/nn'
import { SGD } from '@tsorch/optim'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Visdom } from '../src/client/index.js'
import { distributionOf } from '../src/graph/distribution.js'
import { unwatch, type WatchSink, watch } from '../src/graph/index.js'
import { Hub } from '../src/hub/index.js'
import { parseJson } from '../src/protocol/json.js'
import type { HistogramsTrace, NetworkContent, NetworkNode, Window } from '../src/protocol/types.js'

type Sent = [
  endpoint: string,
  body: { win: string; eid: string; name?: string | null; data: Record<string, unknown>[] },
]

/** A sink that keeps what it is given, as JSON brings it. */
function recorder(
  runs: () => unknown = () => Promise.resolve('[]'),
): WatchSink & { sent: Sent[]; of(win: string): Sent[] } {
  const sent: Sent[] = []
  return {
    env: 'main',
    sent,
    of: (win) => sent.filter(([, body]) => body.win === win),
    rawSend(body, endpoint) {
      if (endpoint === 'runs') return runs()
      sent.push([endpoint, structuredClone(body) as never])
      return body.win
    },
  }
}

function model(): Sequential {
  return new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 1))
}

function train(net: Layer, steps: number, x: Tensor = randn([8, 3])): void {
  const optimizer = new SGD([...net.parameters()], { lr: 0.01 })
  for (let i = 0; i < steps; i++) {
    optimizer.zeroGrad()
    new MSELoss()(net(x), x.sum(1, true)).backward()
    optimizer.step()
  }
}

test('the network, first as it is made, then with the shapes of the first call', () => {
  const sink = recorder()
  const net = model()
  watch(sink, net, { log: 'graph', env: 'run' })
  train(net, 2)
  const networks = sink.of('watch_network')
  expect(networks.map(([endpoint, { eid }]) => [endpoint, eid])).toEqual([
    ['events', 'run'],
    ['events', 'run'],
  ])
  const shapes = networks.map(([, body]) => (body.data[0]!.content as NetworkContent).nodes.map((n) => n.outputShapes))
  expect(shapes).toEqual([
    [[], [], [], []],
    [[[8, 1]], [[8, 4]], [[8, 4]], [[8, 1]]],
  ])
  expect(sink.sent.length).toBe(2)
})

test('a first call that throws is forgotten', () => {
  const sink = recorder()
  const net = model()
  const watching = watch(sink, net, { log: 'graph' })
  expect(() => net(randn([8, 2]))).toThrow(/shapes cannot be multiplied/)
  net(randn([2, 3]))
  watching.unwatch()
  const { nodes } = sink.of('watch_network').at(-1)![1].data[0]!.content as NetworkContent
  expect(nodes.map(({ inputShapes, calls }: NetworkNode & { calls?: number }) => [inputShapes, calls])).toEqual([
    [[[2, 3]], 1],
    [[[2, 3]], 1],
    [[[2, 4]], 1],
    [[[2, 4]], 1],
  ])
})

test('histograms and norms every so many steps, of a loop that never waits', () => {
  const sink = recorder()
  const net = model()
  const watching = watch(sink, net, { every: 2, bins: 5 })
  const norms: number[] = []
  const weight = net.at(0) as Linear
  const x = randn([8, 3])
  const optimizer = new SGD([...net.parameters()], { lr: 0.01 })
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad()
    const loss = new MSELoss()(net(x), x.sum(1, true))
    loss.backward()
    norms.push(weight.weight.grad!.norm().item())
    optimizer.step()
    // neither of these counts
    net.eval()
    net(x)
    noGrad(() => net.train()(x))
  }
  watching.unwatch()
  train(net, 3)
  expect(watching.steps).toBe(5)

  const gradients = sink.of('watch_gradients')
  expect(gradients.map(([endpoint]) => endpoint)).toEqual(['events', 'update', 'update'])
  const names = ['0.weight', '0.bias', '2.weight', '2.bias']
  for (const [, { data }] of gradients) expect(data.map(({ name }) => name)).toEqual(names)
  const traces = gradients.map(([, { data }]) => data[0] as unknown as HistogramsTrace)
  expect(traces.map(({ steps }) => steps)).toEqual([[0], [2], [4]])
  for (const { counts, edges } of traces) {
    expect(counts[0]!.reduce((a, b) => a + b)).toBe(12)
    expect(edges[0]).toHaveLength(6)
  }
  const lines = sink.of('watch_gradients_norms').map(([, { data }]) => data[0]!)
  expect(lines.map(({ x }) => x)).toEqual([[0], [2], [4]])
  lines.forEach(({ y }, i) => {
    expect((y as number[])[0]).toBeCloseTo(norms[2 * i]!, 5)
  })
  expect(sink.of('watch_parameters')).toHaveLength(3)
  expect(sink.of('watch_notices')).toEqual([])
})

test('in a loop that waits, what was gathered is sent when the step is over', async () => {
  const sink = recorder()
  const net = model()
  watch(sink, net, { log: 'gradients' })
  new MSELoss()(net(randn([2, 3])), randn([2, 1])).backward()
  expect(sink.of('watch_gradients_norms')).toHaveLength(0)
  await Promise.resolve()
  expect(sink.of('watch_gradients_norms')).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve))
  expect(sink.of('watch_gradients')).toHaveLength(1)
  expect(sink.of('watch_parameters')).toHaveLength(0)
})

test('NaN and infinite values are counted apart and told once', () => {
  const sink = recorder()
  const net = new Linear(2, 2)
  const watching = watch(sink, net, { every: 1, log: 'parameters' })
  const call = () => net(randn([1, 2]))
  call()
  noGrad(() =>
    net.weight.copy_(
      tensor([
        [Number.NaN, 1],
        [Number.POSITIVE_INFINITY, -1],
      ]),
    ),
  )
  call()
  call()
  noGrad(() => net.weight.fill_(1))
  call()
  watching.unwatch()
  const trace = sink.of('watch_parameters')[1]![1].data[0] as unknown as HistogramsTrace
  expect(trace.counts[0]!.reduce((a, b) => a + b)).toBe(2)
  expect(trace.edges[0]!.at(0)).toBe(-1)
  expect(sink.of('watch_parameters_norms')[1]![1].data[0]!.y).toEqual([Number.NaN])
  expect(sink.of('watch_notices').map(([endpoint, { data }]) => [endpoint, data[0]!.content])).toEqual([
    ['events', 'step 1: parameters of weight: 1 NaN, 1 infinite'],
    ['update', 'step 3: parameters of weight are finite again'],
  ])
})

test('frozen and unused parameters, and those that are unfrozen later', () => {
  class Net extends Layer {
    body = new Linear(2, 2)
    head = new Linear(2, 1)
    unused = new Linear(2, 1)
    forward(x: Tensor): Tensor {
      return this.head(F.relu(this.body(x)))
    }
  }
  const sink = recorder()
  const net = new Net()
  net.body.requiresGrad_(false)
  const watching = watch(sink, net, { every: 1, log: 'gradients' })
  const step = () =>
    net(randn([4, 2]))
      .sum()
      .backward()
  step()
  net.body.requiresGrad_(true)
  step()
  net.head.requiresGrad_(false)
  step()
  watching.unwatch()
  const names = sink
    .of('watch_gradients')
    .map(([, { name, data }]) => [name, ...data.map((t) => `${t.name} ${t.steps}`)])
  expect(names).toEqual([
    [undefined, 'head.weight 0', 'head.bias 0'],
    [null, 'head.weight 1', 'head.bias 1'],
    ['body.weight', 'body.weight 1'],
    ['body.bias', 'body.bias 1'],
    [null, 'head.weight ', 'head.bias ', 'body.weight 2', 'body.bias 2'],
  ])
})

test('a hub shows it all', async () => {
  const hub = new Hub()
  const problems: Error[] = []
  const viz = new Visdom({ server: hub, env: 'run', onError: (error) => void problems.push(error) })
  const net = model()
  const watching = watch(viz, net, { every: 2, bins: 8 })
  train(net, 7)
  noGrad(() => net.parameters().next().value!.fill_(Number.NaN))
  train(net, 2)
  watching.unwatch()
  await viz.disconnect()
  expect(problems).toEqual([])
  const { text } = hub.handle('win_data', { win: null, eid: 'run' })
  const windows = parseJson(text) as unknown as Record<string, Window>
  const of = (id: string): Window => windows[id]!
  const trace = (id: string) => (of(id).content as { data: HistogramsTrace[] }).data[0]!
  expect(of('watch_network')).toMatchObject({ type: 'network', title: 'Sequential', directed: true })
  expect(trace('watch_gradients').steps).toEqual([0, 2, 4, 6])
  expect(trace('watch_parameters').counts.map((counts) => counts.reduce((a, b) => a + b))).toEqual([12, 12, 12, 12])
  expect(trace('watch_gradients_norms').x).toEqual([0, 2, 4, 6, 8])
  expect(of('watch_notices').content).toContain('step 8: parameters of 0.weight: 12 NaN, 0 infinite<br>step 8: ')
})

test('devices that answer later', async () => {
  let answer: ((values: Float32Array) => void)[] = []
  let hook: (module: unknown, args: unknown, output: unknown) => void = () => {}
  const parameter = {
    shape: [2],
    count: 2,
    dtype: { name: 'float32' },
    device: 'far',
    requiresGrad: false,
    toTypedArray() {
      throw new Error('the device far cannot be read synchronously')
    },
    detach: () => parameter,
    clone: () => parameter,
    data: () => new Promise((resolve) => answer.push(resolve)),
  }
  const net = Object.assign(() => {}, {
    training: true,
    namedModules: () => [['', net]],
    namedParameters: () => [['weight', parameter]],
    namedBuffers: () => [],
    extraRepr: () => '',
    registerForwardPreHook: () => ({ remove() {} }),
    registerForwardHook(own: typeof hook) {
      hook = own
      return { remove() {} }
    },
  }) as never
  const sink = recorder()
  const watching = watch(sink, net, { every: 1, log: 'parameters', bins: 2 })
  const call = () => hook(net, [], { ...parameter, requiresGrad: true })
  call()
  call()
  expect(answer).toHaveLength(2)
  expect(sink.of('watch_parameters')).toEqual([])
  // the later one first: they are sent in their order
  answer[1]!(Float32Array.of(1, 3))
  await new Promise((resolve) => setTimeout(resolve))
  expect(sink.of('watch_parameters')).toEqual([])
  answer[0]!(Float32Array.of(0, 2))
  await new Promise((resolve) => setTimeout(resolve))
  const traces = sink.of('watch_parameters').map(([, { data }]) => data[0])
  expect(traces).toMatchObject([
    { steps: [0], edges: [[0, 1, 2]] },
    { steps: [1], edges: [[1, 2, 3]] },
  ])
  answer = []
  parameter.data = () => Promise.reject(new Error('the device is lost'))
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  call()
  await new Promise((resolve) => setTimeout(resolve))
  expect(String(watching.error)).toBe('Error: the device is lost')
  warn.mockRestore()
})

test("visdom's own server gets bars of the latest step", async () => {
  const sink = recorder(() => Promise.reject(Object.assign(new Error('the server failed'), { status: 500 })))
  const net = model()
  watch(sink, net, { every: 1, log: 'parameters', bins: 4 })
  train(net, 3)
  expect(sink.of('watch_parameters')).toEqual([])
  await new Promise((resolve) => setTimeout(resolve))
  train(net, 1)
  const shown = sink.of('watch_parameters')
  expect(shown.map(([endpoint, { data }]) => [endpoint, data[0]!.type])).toEqual([
    ['events', 'bar'],
    ['events', 'bar'],
  ])
  expect(shown.map(([, body]) => (body as unknown as { opts: { title: string } }).opts.title)).toEqual([
    'parameters, step 2',
    'parameters, step 3',
  ])
  const [first, second] = shown[1]![1].data
  expect(first).toMatchObject({ name: '0.weight', visible: true })
  expect(second).toMatchObject({ name: '0.bias', visible: 'legendonly' })
  expect((first!.y as number[]).reduce((a, b) => a + b)).toBe(12)
})

test('a server that is away gets histograms when it comes', async () => {
  const sink = recorder(() => Promise.reject(new Error('cannot be reached')))
  const net = model()
  watch(sink, net, { every: 1, log: 'parameters' })
  train(net, 2)
  await new Promise((resolve) => setTimeout(resolve))
  expect(sink.of('watch_parameters').map(([endpoint]) => endpoint)).toEqual(['events', 'update'])
})

test('a long training keeps fewer and fewer histograms, but all norms', () => {
  const sink = recorder()
  const net = new Linear(1, 1)
  watch(sink, net, { every: 1, log: 'parameters', bins: 1 })
  const x = randn([1, 1])
  for (let i = 0; i < 2500; i++) net(x)
  unwatch(sink)
  expect(sink.of('watch_parameters_norms')).toHaveLength(2500)
  // 500, then every second to 1000, every fourth to 2000, every eighth
  expect(sink.of('watch_parameters')).toHaveLength(500 + 250 + 250 + 63)
})

test('several models, models watched again, and the end of it', () => {
  const sink = recorder()
  const [one, two] = [model(), model()]
  watch(sink, one, { log: 'graph' })
  watch(sink, two, { log: 'graph' })
  watch(sink, one, { log: 'graph' })
  watch(sink, model(), { log: 'graph', name: 'critic' })
  expect(sink.sent.map(([, { win }]) => win)).toEqual([
    'watch_network',
    'watch_2_network',
    'watch_network',
    'critic_network',
  ])
  unwatch(sink, two)
  two(randn([1, 3]))
  expect(sink.sent).toHaveLength(4)
  one(randn([1, 3]))
  expect(sink.sent).toHaveLength(5)
  unwatch(sink)
})

test('an error ends the watching, not the training', () => {
  const sink = recorder()
  const net = model()
  const watching = watch(sink, net, { every: 1 })
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(net, 'namedParameters').mockImplementation(() => {
    throw new Error('gone')
  })
  expect(net(randn([1, 3])).shape).toEqual([1, 1])
  expect(String(watching.error)).toBe('Error: gone')
  expect(warn).toHaveBeenCalledExactlyOnceWith('watch: ended, since the model could not be read: gone')
  warn.mockRestore()
})

test('options that make no sense', () => {
  const sink = recorder()
  expect(() => watch(sink, {} as never)).toThrow('watch: expected a model, an nn.Module, but got Object')
  expect(() => watch(sink, model(), { every: 0 })).toThrow('watch: every should be an integer of 1 or more, but got 0')
  expect(() => watch(sink, model(), { bins: 1.5 })).toThrow('watch: bins should be')
  expect(() => watch(sink, model(), { log: 'none' as never })).toThrow("but got the string 'none'")
  expect(sink.sent).toEqual([])
})

test('every finite value lies in one bin, whose edges contain it', () => {
  const number = fc.oneof(
    fc.double(),
    fc.float().map(Math.fround),
    fc.constantFrom(0, -0, 1e308, -Number.MAX_VALUE, Number.MAX_VALUE, 5e-324, Number.NaN),
  )
  fc.assert(
    fc.property(fc.array(number), fc.integer({ min: 1, max: 70 }), (values, bins) => {
      const { edges, counts, nan, infinite } = distributionOf(Float64Array.from(values), bins)
      const finite = values.filter(Number.isFinite)
      expect(nan).toBe(values.filter(Number.isNaN).length)
      expect(infinite).toBe(values.length - finite.length - nan)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(finite.length)
      if (finite.length === 0) expect([edges, counts]).toEqual([[], []])
      else {
        expect([edges.length, counts.length]).toEqual([bins + 1, bins])
        for (let i = 0; i < bins; i++) expect(edges[i]!).toBeLessThan(edges[i + 1]!)
        expect(edges.every(Number.isFinite)).toBe(true)
      }
    }),
  )
})

test('bins as NumPy makes them', () => {
  expect(distributionOf(Float32Array.of(0, 1, 2, 3, 4), 4)).toEqual({
    edges: [0, 1, 2, 3, 4],
    counts: [1, 1, 1, 2],
    norm: Math.sqrt(30),
    nan: 0,
    infinite: 0,
  })
  expect(distributionOf(Float32Array.of(2, 2), 2)).toMatchObject({ edges: [1.5, 2, 2.5], counts: [0, 2] })
})
