/** One log to several places. */
import { describe, expect, test, vi } from 'vitest'
import { Hub } from '../src/hub/index.js'
import { Logger, type LoggerOptions, type LogSink, terminalSink, visdomSink } from '../src/logger/index.js'
import { parseJson } from '../src/protocol/json.js'
import { TransportError } from '../src/protocol/transport.js'
import type { JsonObject, PlotContent, Property, Window } from '../src/protocol/types.js'
import { client } from './visdom-calls.js'

/** Keeps all that it is told. */
function recorder(): LogSink & { readonly calls: [verb: string, ...unknown[]][] } {
  const calls: [string, ...unknown[]][] = []
  const verbs = ['start', 'log', 'histogram', 'image', 'images', 'text', 'warning', 'flush', 'finish'] as const
  return Object.assign(
    Object.fromEntries(verbs.map((verb) => [verb, (...args: unknown[]) => calls.push([verb, ...args])])),
    { calls },
  ) as never
}

function logger(options: Partial<LoggerOptions> = {}): {
  log: Logger
  sink: ReturnType<typeof recorder>
  warnings: string[]
} {
  const [sink, warnings] = [recorder(), [] as string[]]
  const log = new Logger({ run: 'r', to: [sink], onWarning: (message) => warnings.push(message), ...options })
  return { log, sink, warnings }
}

const named = (sink: ReturnType<typeof recorder>, name: string) =>
  sink.calls.filter(([verb]) => verb === name).map(([, record]) => record as JsonObject)

describe('Logger', () => {
  test('counts steps, keeps the epoch, and knows the time', async () => {
    const { log, sink } = logger()
    const before = Date.now() / 1000
    log.log({ loss: 2 })
    log.log({ loss: 1 }, null, { epoch: 0.5 })
    log.log({ acc: 90n }, 10)
    log.text('note', 'hi')
    log.log({ acc: { data: Float32Array.of(0.5), shape: [1] } }, undefined, { epoch: 1, time: 7 })
    await log.flush()
    expect(named(sink, 'log')).toMatchObject([
      { step: 0, epoch: null, values: { loss: 2 } },
      { step: 1, epoch: 0.5, values: { loss: 1 } },
      { step: 10, epoch: 0.5, values: { acc: 90 } },
      { step: 11, epoch: 1, time: 7, values: { acc: 0.5 } },
    ])
    expect(named(sink, 'text')).toMatchObject([{ step: 10, epoch: 0.5, tag: 'note', value: 'hi' }])
    expect(named(sink, 'log')[0]!.time).toBeGreaterThanOrEqual(before)
    await log.finish()
    expect(sink.calls.at(-1)).toEqual(['finish', { loss: 1, acc: 0.5 }])
  })

  test('waits for promises in the order of the calls, and for no other', async () => {
    const { log, sink, warnings } = logger()
    const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), 20))
    log.log({ loss: 3 })
    log.log({ loss: later(2), acc: 0.5 })
    log.log({ loss: 1 })
    log.log({ loss: Promise.reject(new Error('no device')), acc: later([0.75]) })
    expect(named(sink, 'log')).toHaveLength(1)
    await log.finish()
    expect(named(sink, 'log').map(({ step, values }) => [step, values])).toEqual([
      [0, { loss: 3 }],
      [1, { loss: 2, acc: 0.5 }],
      [2, { loss: 1 }],
      [3, { acc: 0.75 }],
    ])
    expect(warnings).toEqual(['Logger: loss could not be read: no device'])
  })

  test('numbers gather, and come without being asked for, in their order with all else', async () => {
    const { log, sink } = logger({ watch: false })
    for (let i = 0; i < 5; i++) log.log({ loss: i })
    // the first goes at once
    expect(named(sink, 'log')).toHaveLength(1)
    log.text('note', 'hi')
    expect(sink.calls.map(([verb]) => verb)).toEqual(['start', 'log', 'log', 'log', 'log', 'log', 'text'])
    log.log({ loss: 5 })
    await vi.waitFor(() => expect(named(sink, 'log')).toHaveLength(6))
    // a loop that never gives way
    for (let i = 6; i < 2006; i++) log.log({ loss: i })
    expect(named(sink, 'log').length).toBeGreaterThan(1006)
    await log.finish()
    expect(named(sink, 'log').map(({ values }) => values)).toEqual(
      Array.from({ length: 2006 }, (_, loss) => ({ loss })),
    )
  })

  test('tells once of a loss that is NaN or diverges, and of no other number', async () => {
    const { log, sink, warnings } = logger()
    for (let i = 0; i < 60; i++) log.log({ 'loss/val': i < 30 ? 1 : 100, acc: Number.NaN })
    await log.flush()
    expect(warnings).toEqual([expect.stringMatching(/^loss\/val: loss diverges at step \d+/)])
    log.log({ loss: 1 })
    log.log({ loss: Number.NaN })
    log.log({ loss: Number.NaN })
    await log.flush()
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/^loss is NaN at step 2; the last finite loss was 1/)])
    expect(named(sink, 'warning').map(({ tag, step }) => [tag, step])).toEqual([
      ['loss/val', expect.any(Number)],
      ['loss', 61],
    ])
    for (const watch of [false, ['nll']] as const) {
      const { log, warnings } = logger({ watch })
      log.log({ loss: Number.NaN, nll: Number.NaN })
      await log.flush()
      expect(warnings).toHaveLength(watch === false ? 0 : 1)
    }
  })

  test('goes on when a sink fails, and tells it once', async () => {
    const bad: LogSink = {
      log() {
        throw new Error('disk full')
      },
      finish: () => Promise.reject(new Error('still full')),
    }
    const sink = recorder()
    const { log, warnings } = logger({ to: [bad, sink] })
    for (let i = 0; i < 3; i++) log.log({ loss: 1 })
    await log.finish()
    expect(named(sink, 'log')).toHaveLength(3)
    expect(warnings).toEqual(['Logger: a sink has failed, and the training goes on: disk full'])
  })

  test.each<[string, () => unknown, RegExp]>([
    [
      'no number',
      () => logger().log.log({ loss: 'x' as never }),
      /^Logger: loss: expected a tensor, an array or a number, but got the string 'x'/,
    ],
    ['many numbers', () => logger().log.log({ loss: [1, 2] }), /one element.*Was given size: 2/],
    ['a step', () => logger().log.log({ loss: 1 }, Number.NaN), /^Logger: step should be a number/],
    [
      'a sink',
      () => new Logger({ to: ['page' as never] }),
      /a sink should be an object with log\(\), but got the string 'page'/,
    ],
    ['sinks', () => new Logger({ to: {} as never }), /to should be an array of sinks/],
    ['a name', () => new Logger({ run: '', to: [] }), /run should be a name/],
    ['a function', () => new Logger({ hparams: { f: () => 1 }, to: [] }), /hyper-parameter f is a function/],
    ['watch options', () => new Logger({ watchOptions: { factor: 0 }, to: [] }), /factor should be above 1/],
  ])('refuses bad input at the call: %s', (_, call, message) => {
    expect(call).toThrow(message)
  })

  test('writes nothing of a call with a bad value, and nothing after its end', async () => {
    const { log, sink } = logger()
    expect(() => log.log({ loss: 1, acc: null as never })).toThrow('acc')
    expect(named(sink, 'log')).toEqual([])
    expect(log.step).toBe(-1)
    await log.finish()
    expect(() => log.log({ loss: 1 })).toThrow('Logger: log after finish()')
  })

  test('has a name of its time', () => {
    expect(new Logger({ to: [] }).run).toMatch(/^[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d$/)
  })
})

describe('on a page', () => {
  const windows = (hub: Hub, eid: string) =>
    parseJson(hub.handle('win_data', { win: null, eid }).text) as unknown as Record<string, Window>

  test('a run is an environment, tags are windows, and those with a common name are lines', async () => {
    const hub = new Hub()
    const { viz, errors } = client(hub)
    const log = new Logger({
      run: 'lr=0.1',
      hparams: { lr: 0.1, net: 'cnn', bias: true, sizes: [1, 2] },
      to: [viz],
      onWarning: () => {},
    })
    for (let i = 0; i < 50; i++) {
      log.log({ 'loss/train': 1 / (i + 1), acc: i }, i, { epoch: i / 10, time: 1000 + i })
      if (i % 10 === 0) log.log({ 'loss/val': 2 }, i)
    }
    log.log({ 'loss/train': Number.NaN }, 50)
    log.text('note', '<b>', 50)
    log.text('note', 'x', 51)
    log.histogram('weights', [1, 2, 3], 50)
    log.histogram('weights', [1, 2, 4], 51)
    log.image('digit', [[0, 1]], 50)
    log.images('digits', [[[[0.5]]], [[[1]]]], 50)
    log.image('digit', [[1, 1]], 51, { caption: 'second' })
    await log.finish()
    expect(errors).toEqual([])
    const { loss, acc, hparams, note, weights, digit, digits, warnings } = windows(hub, 'lr=0.1')
    const [train, val] = (loss!.content as PlotContent).data
    expect(loss).toMatchObject({ title: 'loss', type: 'plot' })
    expect(train).toMatchObject({ name: 'train', x: { length: 51 }, t: { length: 51 }, epoch: { length: 51 } })
    expect([train!.y!.at(-1), train!.t![7], train!.epoch![7]]).toEqual([Number.NaN, 1007, 0.7])
    expect(val).toMatchObject({ name: 'val', x: [0, 10, 20, 30, 40], y: [2, 2, 2, 2, 2] })
    expect((acc!.content as PlotContent).data).toMatchObject([{ name: 'acc', y: { length: 50 } }])
    expect((hparams!.content as Property[]).map(({ type, name, value }) => [type, name, value])).toEqual([
      ['number', 'lr', 0.1],
      ['text', 'net', 'cnn'],
      ['checkbox', 'bias', true],
      ['text', 'sizes', '[1,2]'],
    ])
    expect(note!.content).toBe('<b>step 50</b> &lt;b&gt;<br><b>step 51</b> x')
    expect((weights!.content as PlotContent).data).toMatchObject([
      { type: 'histograms', steps: [50, 51], counts: { length: 2 } },
    ])
    expect(digit!.content).toMatchObject([{ caption: 'step 50' }, { caption: 'second' }])
    expect(digits).toMatchObject({ type: 'image_history', content: [{ caption: 'step 50' }] })
    expect(warnings!.content).toMatch(/loss\/train: loss is NaN at step 51/)
    const [run] = (JSON.parse(hub.handle('runs', {}).text) as { env: string; metrics: object }[]).filter(
      ({ env }) => env === 'lr=0.1',
    )
    expect(run).toMatchObject({
      hparams: { lr: 0.1 },
      metrics: { 'loss/train': { count: 51, notFinite: 1 }, acc: { last: 49 } },
    })
    await viz.disconnect()
  })

  test('a run of the same name begins anew, unless it is resumed', async () => {
    const hub = new Hub()
    const { viz } = client(hub)
    for (const resume of [false, true, false]) {
      const log = new Logger({ run: 'again', to: [visdomSink(viz)], resume })
      log.log({ loss: 1 })
      log.log({ loss: 2 })
      log.image('img', [[1]])
      await log.finish()
      const { loss, img } = windows(hub, 'again')
      expect((loss!.content as PlotContent).data[0]!.y).toHaveLength(resume ? 4 : 2)
      expect(img!.content).toHaveLength(resume ? 2 : 1)
    }
    await viz.disconnect()
  })

  test("visdom's own server gets what its page can show", async () => {
    const posts: [string, JsonObject][] = []
    const { viz } = client({
      async post(endpoint, body) {
        if (endpoint === 'runs') throw new TransportError('there is no such page', 404)
        posts.push([endpoint, body])
        return String(body.win ?? 'true')
      },
    })
    const log = new Logger({ run: 'r', to: [viz], onWarning: () => {} })
    log.log({ loss: 1 })
    await new Promise((resolve) => setTimeout(resolve, 10))
    log.log({ loss: Number.NaN })
    log.histogram('w', [1, 2])
    await log.finish()
    const all = JSON.stringify(posts)
    expect(all).not.toContain('histograms')
    expect(all).toContain('"bar"')
    await viz.disconnect()
  })
})

describe('on a terminal', () => {
  test('lines come now and then, the last one always, and warnings at once', async () => {
    let text = ''
    const stream = { write: (part: string) => (text += part) }
    const { log, warnings } = logger({ to: [terminalSink({ stream, every: 60 })] })
    for (let i = 0; i < 5; i++) log.log({ loss: 1 / (i + 1), acc: 90 }, i, { epoch: 2 })
    log.log({ loss: Number.NaN }, 5)
    await log.finish()
    const lines = text.trimEnd().split('\n')
    expect(lines).toEqual([
      'step 0  epoch 2  loss 1  acc 90',
      expect.stringMatching(/^loss is NaN at step 6/),
      'step 5  epoch 2  loss NaN',
    ])
    // who looks at the terminal has seen it
    expect(warnings).toEqual([])
    expect(() => terminalSink({ every: -1 })).toThrow(RangeError)
  })
})
