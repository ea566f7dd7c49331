/** Embeddings and films: what visdom leaves to other packages. */
import { describe, expect, test, vi } from 'vitest'
import { tsne } from '../src/client/tsne.js'
import { Hub } from '../src/hub/index.js'
import type { JsonObject } from '../src/protocol/types.js'
import { client, FakeServer } from './visdom-calls.js'

/** Rows around three corners of a cube of 10 dimensions. */
function clusters(count: number): { features: number[][]; labels: string[] } {
  const labels = Array.from({ length: count }, (_, i) => 'abc'[i % 3]!)
  const features = labels.map((label, i) =>
    Array.from({ length: 10 }, (_, d) => (d % 3 === 'abc'.indexOf(label) ? 10 : 0) + Math.sin(i * 7 + d * 13)),
  )
  return { features, labels }
}

const distance = ([a, b]: readonly number[], [c, d]: readonly number[]) => Math.hypot(a! - c!, b! - d!)

describe('t-SNE', () => {
  test.each([4, 12, 60])('keeps %i rows with their neighbours', async (count) => {
    const { features, labels } = clusters(count)
    const places = await tsne({ data: features.flat(), shape: [count, 10], dtype: 'float64' })
    expect(Math.min(...places.flat())).toBeCloseTo(-1)
    expect(Math.max(...places.flat())).toBeCloseTo(1)
    if (count < 12) return
    for (let i = 0; i < count; i++) {
      const others = places
        .map((place, j) => [distance(place, places[i]!), labels[j]] as const)
        .filter((_, j) => j !== i)
      expect(others.sort(([a], [b]) => a - b)[0]![1]).toBe(labels[i])
    }
  })

  test('takes one row, equal rows, and gives the same for the same', async () => {
    expect(await tsne({ data: [1, 2], shape: [1, 2], dtype: 'float64' })).toEqual([[0, 0]])
    const same = await tsne({ data: new Array(20).fill(3), shape: [10, 2], dtype: 'float64' })
    expect(same.flat().every(Number.isFinite)).toBe(true)
    expect(await tsne({ data: new Array(20).fill(3), shape: [10, 2], dtype: 'float64' })).toEqual(same)
  })
})

describe('embeddings', () => {
  test('are shown, selected and spread', async () => {
    const hub = new Hub()
    const { viz, errors } = client(hub)
    const { features, labels } = clusters(12)
    const win = viz.embeddings(features, labels, { win: 'e', dataGetter: (i) => `<b>${i}</b>`, opts: { title: 'E' } })
    await viz.flush()
    const content = async () =>
      (await viz.getWindowData(win)).content as { data: JsonObject[]; selected: unknown; has_previous: boolean }
    const { data } = await content()
    expect(data).toHaveLength(12)
    expect(data[4]).toEqual({ group: 1, name: 'Entity 4', label: 'b', position: expect.any(Array), idx: 4 })
    const page = hub.connectPage(() => {})
    const event = { target: 'e', eid: 'main' }
    page.receive({
      cmd: 'forward_to_vis',
      data: { ...event, event_type: 'EntitySelected', entityId: 'Entity 3', idx: 3 },
    })
    const selected = { html: '<b>3</b>', entityId: 'Entity 3' }
    await vi.waitFor(async () => expect((await content()).selected).toEqual(selected), {
      timeout: 20_000,
      interval: 20,
    })
    page.receive({
      cmd: 'forward_to_vis',
      data: { ...event, event_type: 'RegionSelected', selectedIdxs: [0, 5, 7, 99] },
    })
    await vi.waitFor(async () => expect((await content()).data.length).not.toBe(12), { timeout: 20_000, interval: 20 })
    const spread = await content()
    expect(spread.data.map(({ idx }) => idx)).toEqual([0, 5, 7])
    expect(spread.has_previous).toBe(true)
    expect(errors).toEqual([])
    await viz.disconnect()
  })

  test('refuse what does not fit', () => {
    const { viz } = client(new FakeServer())
    expect(() => viz.embeddings([[1, 2]], ['a', 'b'])).toThrow(
      /a label for each row, but there are 2 labels and 1 rows/,
    )
    expect(() => viz.embeddings([1, 2], ['a', 'b'])).toThrow(/features should have 2 dimensions/)
    expect(() => viz.embeddings({ data: new Float32Array(4000), shape: [4000, 1] }, new Array(4000).fill('a'))).toThrow(
      /3000 rows at most/,
    )
  })
})

describe('films', () => {
  test('of tensors are animated pictures', async () => {
    const server = new FakeServer()
    const { viz } = client(server)
    // blue, green, red: a red frame, then a blue one
    viz.video({ data: Uint8Array.of(0, 0, 255, 255, 0, 0), shape: [2, 1, 1, 3] }, { win: 'a', opts: { fps: 10 } })
    viz.video(
      { data: Float32Array.of(0, 0, 1, 1, 0, 0), shape: [2, 3, 1, 1] },
      { win: 'b', dim: 'LxCxHxW', opts: { fps: 10 } },
    )
    await viz.flush()
    const [a, b] = server.plots.map(([, { data }]) => (data as JsonObject[])[0]!.content as string)
    expect(a).toMatch(/^<img width="1" height="1" src="data:image\/gif;base64,/)
    expect(a).toBe(b)
    expect(server.plots[0]![1].opts).toEqual({ fps: 10, loop: false, autoplay: false })
    await viz.disconnect()
  })

  test('of other shapes are refused', () => {
    const { viz } = client(new FakeServer())
    expect(() => viz.video([[[1]]])).toThrow(/expected frames of 1 or 3 channels as LxHxWxC, but got \[1, 1, 1\]/)
    expect(() => viz.video({})).toThrow('video: expected a tensor or videofile')
    expect(() => viz.video([[[[1]]]], { dim: 'HW' as never })).toThrow(/dim should be/)
  })
})
