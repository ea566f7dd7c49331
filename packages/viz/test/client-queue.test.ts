/** What becomes of calls while they wait: they become fewer, and the windows are the same. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Visdom } from '../src/client/index.js'
import { Hub } from '../src/hub/index.js'
import type { Transport } from '../src/protocol/transport.js'
import type { JsonObject, Window } from '../src/protocol/types.js'
import { client, FakeServer } from './visdom-calls.js'

type Step = (viz: Visdom) => unknown

const numbers = fc.array(fc.constantFrom(0, 1, 2.5, -3, Number.NaN), { minLength: 1, maxLength: 3 })
const win = fc.constantFrom('a', 'b')
const name = fc.constantFrom(undefined, 'train', 'val')
const update = fc.constantFrom('append', 'append', 'append', 'append', 'replace', undefined)
const opts = fc.constantFrom(undefined, undefined, { title: 'T' }, { title: 'U', xlabel: 'x' })

/** Calls about two windows, so that they meet: mostly appends. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(numbers, win, name, update, opts).map(
      ([y, win, name, update, opts]): Step =>
        (viz) =>
          viz.line(y, { X: y.map((_, i) => i), win, name, update, opts }),
    ),
  },
  fc.tuple(numbers, win).map(
    ([y, win]): Step =>
      (viz) =>
        viz.line(y, { X: y, win, update: 'append' }),
  ),
  fc.tuple(win, opts).map(
    ([win, opts]): Step =>
      (viz) =>
        viz.line([[1, 2]], { X: [3], win, update: 'append', opts }),
  ),
  fc.tuple(numbers, win, fc.boolean()).map(
    ([y, win, isBlue]): Step =>
      (viz) =>
        viz.scatter(
          y.map((v) => [v, v]),
          {
            win,
            update: 'append',
            opts: isBlue ? { markercolor: y.map(() => [0, 0, 255]) } : {},
          },
        ),
  ),
  fc.tuple(win, name).map(
    ([win, name = 'train']): Step =>
      (viz) =>
        viz.line(null, { win, name, update: 'remove' }),
  ),
  fc.tuple(win, opts).map(
    ([win, opts]): Step =>
      (viz) =>
        viz.updateWindowOpts(win, opts ?? {}),
  ),
  fc.tuple(win, fc.boolean(), opts).map(
    ([win, append, opts]): Step =>
      (viz) =>
        viz.text('x', { win, append, opts }),
  ),
  fc.tuple(win, fc.constantFrom('appendRow', 'appendRow', 'appendColumn', undefined), fc.boolean()).map(
    ([win, update, isWide]): Step =>
      (viz) =>
        viz.heatmap(isWide ? [[1, 2]] : [[1], [2]], { win, update: update as 'appendRow' }),
  ),
  fc.tuple(win, fc.boolean()).map(
    ([win, store_history]): Step =>
      (viz) =>
        viz.image([[0.5]], { win, opts: { store_history } }),
  ),
  win.map(
    (win): Step =>
      (viz) =>
        viz.close(win),
  ),
  fc.constant<Step>((viz) => viz.close()),
  win.map(
    (win): Step =>
      (viz) =>
        viz.rawSend({ win, data: [{ type: 'custom', x: [1], y: [2] }], layout: {} }),
  ),
)

/** What pages show. Of a window's other fields, options that came with its second update and not with its first are no matter. */
function seen(hub: Hub): unknown {
  const { text } = hub.handle('win_data', { win: null, eid: 'main' })
  const windows = Object.values(JSON.parse(text.replaceAll('NaN', '"NaN"')) as Record<string, Window>)
  return windows.map(({ id, i, type, title, width, height, inflate, content, selected }) => {
    return { id, i, type, title, width, height, inflate, content, selected }
  })
}

describe('what waits becomes fewer bodies', () => {
  test('and the windows are as if all had been posted one by one', { timeout: 120_000 }, async () => {
    let [calls, coalesced] = [0, 0]
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const [one, all] = [new Hub(), new Hub()]
        const patient = client(one)
        for (const step of steps) {
          step(patient.viz)
          await patient.viz.flush().catch(() => {})
        }
        const hasty = client(all)
        for (const step of steps) step(hasty.viz)
        await hasty.viz.flush().catch(() => {})
        expect(seen(all)).toEqual(seen(one))
        calls += steps.length
        coalesced += hasty.viz.stats.coalesced
        await Promise.all([patient.viz.disconnect(), hasty.viz.disconnect()])
      }),
      { numRuns: import.meta.env.TSORCH_TEST === 'full' ? 600 : 60 },
    )
    // or nothing was tested
    expect(coalesced).toBeGreaterThan(calls / 30)
  })

  test('appends to a line, and to lines side by side', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    for (let i = 0; i < 1000; i++) {
      viz.line([i], { X: [i], win: 'loss', name: i % 2 ? 'val' : 'train', update: 'append' })
      viz.line([[i, -i]], { X: [i], win: 'two', update: 'append', opts: { legend: ['a', 'b'] } })
    }
    await viz.flush()
    const [train, two, val] = server.plots.map(([, body]) => body)
    expect(server.plots).toHaveLength(3)
    expect(train).toMatchObject({ name: 'train', data: [{ x: { length: 500 } }] })
    expect(val).toMatchObject({ name: 'val', data: [{ x: { length: 500 }, y: { length: 500 } }] })
    expect(two).toMatchObject({ data: [{ x: { length: 1000 } }, { x: { length: 1000 }, name: 'b' }] })
    expect(viz.stats).toMatchObject({ sent: 4, coalesced: 1997, waiting: 0, waitingBytes: 0 })
    await viz.disconnect()
  })

  test('a window that is drawn anew takes the place of the earlier one', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    for (let i = 0; i < 100; i++) {
      viz.image([[i / 100]], { win: 'a' })
      viz.text(`${i}`, { win: 'b' })
      viz.text('more', { win: 'b', append: true })
    }
    await viz.flush()
    const texts = server.plots.map(([endpoint, { win, data }]) => [endpoint, win, (data as JsonObject[])[0]!.content])
    expect(texts).toMatchObject([
      ['events', 'a', {}],
      ['events', 'b', '99'],
      ['update', 'b', 'more'],
    ])
    await viz.disconnect()
  })

  test('closing, saving and the like are not overtaken', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    viz.text('1', { win: 'a' })
    void viz.save(['main'])
    viz.text('2', { win: 'a' })
    void viz.close('a')
    viz.text('3', { win: 'a' })
    await viz.flush()
    expect(server.plots.map(([endpoint]) => endpoint)).toEqual(['events', 'save', 'events', 'close', 'events'])
    await viz.disconnect()
  })
})

/** A server that nobody answers for, until it is there. */
class AwayServer extends FakeServer {
  isAway = true

  override async post(...args: Parameters<Transport['post']>): Promise<string> {
    if (this.isAway) await new Promise(() => {})
    return super.post(...args)
  }
}

describe('what may wait is limited', () => {
  test('long lines become coarser, and keep their ends', async () => {
    const server = new AwayServer()
    const { viz, errors } = client(server, { maxBytes: 100_000, exitGrace: 0 })
    for (let i = 0; i < 30_000; i++) viz.line([i], { X: [i], win: 'loss', update: 'append' })
    const { thinned, waitingBytes, dropped, waiting } = viz.stats
    expect({ dropped, waiting }).toEqual({ dropped: 0, waiting: 2 })
    expect(waitingBytes).toBeLessThanOrEqual(100_000)
    expect(thinned).toBeGreaterThan(20_000)
    expect(errors.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^too much waits .* a log would keep it/),
    )
    server.isAway = false
    await viz.flush()
    const { x } = (server.plots[0]![1].data as unknown as { x: number[] }[])[0]!
    expect(x.length).toBe(30_000 - thinned)
    expect([x[0], x.at(-1)]).toEqual([0, 29_999])
    expect(x.every((value, i) => i === 0 || value > x[i - 1]!)).toBe(true)
    await viz.disconnect()
  })

  test('then the oldest updates go, and last whole windows', async () => {
    const server = new AwayServer()
    const { viz } = client(server, { maxEntries: 100, exitGrace: 0 })
    for (let i = 0; i < 60; i++) viz.text('whole', { win: `w${i}` })
    for (let i = 0; i < 60; i++) viz.updateWindowOpts(`w${i}`, { title: `${i}` })
    expect(viz.stats.dropped).toBeGreaterThan(20)
    server.isAway = false
    await viz.flush()
    const endpoints = server.plots.map(([endpoint]) => endpoint)
    expect(endpoints.filter((endpoint) => endpoint === 'events')).toHaveLength(60)
    expect(server.plots.at(-1)![1]).toMatchObject({ win: 'w59', opts: { title: '59' } })
    expect(viz.stats.sent + viz.stats.dropped).toBe(121)
    await viz.disconnect()
  })
})
