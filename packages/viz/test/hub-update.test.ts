/** What `update` does to windows, beyond what was recorded of visdom. */
import { describe, expect, test } from 'vitest'
import { Hub, type HubOptions } from '../src/hub/index.js'
import { pageCopy } from '../src/protocol/json.js'
import { applyPatch } from '../src/protocol/patch.js'
import type { Json, JsonObject, PageMessage, PlotContent, Window } from '../src/protocol/types.js'

const ok = (text: string) => ({ status: 200, text })

/** A hub, a page that looks at it, and short ways to post to window `w`. */
function setUp(options: HubOptions = {}) {
  const warnings: string[] = []
  const hub = new Hub({ onWarning: (message) => warnings.push(message), ...options })
  const messages: PageMessage[] = []
  const shown = new Map<string, Window>()
  hub.connectPage((message) => {
    const copy = pageCopy(message)
    messages.push(copy)
    if (copy.command === 'window') shown.set(copy.id, copy)
    else if (copy.command === 'window_update') applyPatch(shown.get(copy.win)!, pageCopy(copy.content))
  })
  const window = () => hub.exportEnv('main')!.jsons.w!
  return {
    hub,
    messages,
    warnings,
    window,
    make: (data: Json, more: JsonObject = {}) => hub.handle('events', { win: 'w', data, ...more }),
    /** Updates, and checks that the page sees what the hub holds, and that the version is the next. */
    update: (body: JsonObject) => {
      const { version, contentID } = window()
      const answer = hub.handle('update', { win: 'w', ...body })
      expect(shown.get('w')).toEqual(pageCopy(window()))
      if (answer.text === 'w') {
        expect(window().version).toBe(version + 1)
        expect(window().contentID).not.toBe(contentID)
      } else {
        expect(window()).toMatchObject({ version, contentID })
      }
      return answer
    },
    plot: () => window().content as PlotContent,
    /** The operations of the latest patch, but for contentID and version. */
    ops: () => {
      const last = messages.at(-1)
      return last?.command === 'window_update' ? last.content.slice(0, -2) : last
    },
  }
}

const line = (x: Json, y: Json, more: JsonObject = {}): JsonObject => ({ type: 'scatter', x, y, ...more })

describe('points', () => {
  test('are appended one operation each', () => {
    const { make, update, ops } = setUp()
    make([line([0, 1], [5, 6], { name: 'a' })])
    expect(update({ data: [line([2], [7], { name: 'a' })], name: 'a', append: true })).toEqual(ok('w'))
    expect(ops()).toEqual([
      { op: 'add', path: '/content/data/0/y/2', value: 7 },
      { op: 'add', path: '/content/data/0/x/2', value: 2 },
    ])
  })

  test('that are nearly all of the window come with all of it', () => {
    const { make, update, messages, plot } = setUp()
    const many = Array.from({ length: 100 }, (_, i) => i)
    make([line([-1], [0])])
    update({ data: [line(many, many)], append: true })
    expect(messages.at(-1)).toMatchObject({ command: 'window', version: 2 })
    update({ data: [line([100], [100])], append: true })
    expect(messages.at(-1)).toMatchObject({ command: 'window_update', version: 3 })
    expect(plot().data[0]!.y).toEqual([0, ...many, 100])
  })

  test('may be dates, categories, NaN and gaps', () => {
    const { make, update, plot } = setUp()
    make([line(['2026-01-01'], [1])])
    update({ data: [line(['2026-01-02', null], [Number.NaN, null])], append: true })
    expect(plot().data[0]).toMatchObject({ x: ['2026-01-01', '2026-01-02', null], y: [1, Number.NaN, null] })
  })

  test('that are many come as a list', () => {
    const { make, update, ops, plot } = setUp()
    const many = (length: number) => Array.from({ length }, (_, i) => i)
    make([line(many(10_000), many(10_000))])
    update({ data: [line(many(1500), many(1500))], append: true })
    expect(ops()).toEqual([
      { op: 'append', path: '/content/data/0/y', value: many(1500) },
      { op: 'append', path: '/content/data/0/x', value: many(1500) },
    ])
    update({ data: [line([7], [7])], append: true })
    expect(plot().data[0]!.y).toHaveLength(11_501)
  })

  test('without any x are passed over, as visdom does', () => {
    const { make, update, plot } = setUp()
    make([line([1], [1]), line([1], [1])])
    update({ data: [line([null, Number.NaN], [2, 3]), line([2], [2])], append: true })
    expect(plot().data.map(({ y }) => y)).toEqual([[1], [1, 2]])
  })

  test('need no x where the trace has none', () => {
    const { make, update, plot } = setUp()
    make([{ type: 'scatter', y: [1] }])
    update({ data: [{ type: 'scatter', y: [2] }], append: true })
    expect(plot().data[0]).toEqual({ type: 'scatter', y: [1, 2] })
    expect(update({ data: [line([1], [3])], append: true })).toEqual({
      status: 400,
      text: 'the trace has no x, but what is to be appended has',
    })
  })

  test('of fewer traces than there are leave the others alone', () => {
    const { make, update, plot } = setUp()
    make([line([0], [0]), line([0], [0])])
    update({ data: [line([1], [1])], append: true })
    expect(plot().data.map(({ x }) => x)).toEqual([[0, 1], [0]])
  })

  test('of a name that two traces have go to the first', () => {
    const { make, update, plot } = setUp()
    make([line([0], [0], { name: 'a' }), line([0], [0], { name: 'a' })])
    update({ data: [line([1], [1])], name: 'a', append: true })
    expect(plot().data.map(({ x }) => x)).toEqual([[0, 1], [0]])
  })

  test('of a new name make a trace, in an empty plot too', () => {
    const { make, update, plot } = setUp()
    make([line([0], [0], { name: 'a' })])
    update({ name: 'a', delete: true, data: [] })
    expect(plot().data).toEqual([])
    update({ data: [line([1], [1], { name: 'other' })], name: 'b', append: true })
    update({ data: [line([2], [2])], name: 'c' })
    expect(plot().data.map(({ name }) => name)).toEqual(['b', 'c'])
  })

  test('replace x and y, and nothing else', () => {
    const { make, update, plot, ops } = setUp()
    make([line([0, 1], [0, 1], { name: 'a', mode: 'lines' })])
    update({ data: [line([5, 6], [0, 1], { mode: 'markers' })], name: 'a' })
    expect(plot().data[0]).toEqual({ type: 'scatter', name: 'a', mode: 'lines', x: [5, 6], y: [0, 1] })
    expect(ops()).toEqual([{ op: 'replace', path: '/content/data/0/x', value: [5, 6] }])
  })

  test('are the hub’s own: neither a body nor a record changes with the window', () => {
    const { hub, make, update } = setUp()
    const records: JsonObject[] = []
    hub.onRecord((_, body) => records.push(body))
    const [x, y] = [[0], [0]]
    make([line(x, y)])
    const more = [1]
    update({ data: [line(more, more)], append: true })
    update({ data: [line([2], [2])], append: true })
    expect([x, y, more]).toEqual([[0], [0], [1]])
    expect(records[0]).toMatchObject({ data: [{ x: [0], y: [0] }] })
  })
})

describe('side columns', () => {
  test('t and epoch grow with the points', () => {
    const { make, update, plot } = setUp()
    make([line([0, 1], [0, 0])])
    update({ data: [line([2], [0], { t: [10], epoch: [0.5] })], append: true })
    expect(plot().data[0]).toMatchObject({ t: [null, null, 10], epoch: [null, null, 0.5] })
    update({ data: [line([3, 4], [0, 0], { t: [11, 12] })], append: true })
    expect(plot().data[0]).toMatchObject({ t: [null, null, 10, 11, 12], epoch: [null, null, 0.5, null, null] })
    update({ data: [line([5], [0], { t: [], epoch: [1, 2] })], append: true })
    expect(plot().data[0]).toMatchObject({
      t: [null, null, 10, 11, 12, null],
      epoch: expect.toSatisfy((e) => e[5] === 1),
    })
    update({ data: [line([0], [0], { epoch: [3] })] })
    expect(plot().data[0]).toEqual({ type: 'scatter', x: [0], y: [0], epoch: [3] })
  })
})

describe('colours', () => {
  const colors = (...color: string[]): JsonObject => ({ marker: { color } })

  test('of points go with the points', () => {
    const { make, update, plot } = setUp()
    make([line([0], [0], colors('red'))])
    update({ data: [line([1, 2], [0, 0], colors('blue', 'green'))], append: true })
    expect(plot().data[0]!.marker).toEqual({ color: ['red', 'blue', 'green'] })
    update({ data: [line([3], [0], { marker: { color: 'black', size: 3 } })], append: true })
    expect(plot().data[0]!.marker).toEqual({ color: ['red', 'blue', 'green', 'black'] })
    update({ data: [line([3], [0], colors('white'))] })
    expect(plot().data[0]!.marker).toEqual({ color: ['white'] })
  })

  test('one for all becomes many', () => {
    const { make, update, plot } = setUp()
    make([line([0, 1], [0, 0], { marker: { color: 'red' } })])
    update({ data: [line([2], [0], { marker: { color: 'red' } })], append: true })
    expect(plot().data[0]!.marker).toEqual({ color: 'red' })
    update({ data: [line([3], [0], colors('blue'))], append: true })
    expect(plot().data[0]!.marker).toEqual({ color: ['red', 'red', 'red', 'blue'] })
  })
})

describe('layout, options and legend', () => {
  test('are merged, but for what is null and what a window is', () => {
    const { make, update, window, plot } = setUp()
    make([line([0], [0])], { layout: { title: 'a', xaxis: { type: 'log', title: 'x' } }, opts: { width: 10 } })
    const own = { id: 'v', type: 'text', content: 'x', version: 9, command: 'close', i: 5, contentID: 'x' }
    update({
      layout: { title: null, xaxis: { title: 'y' } },
      opts: { ...own, title: 'b', width: null, height: 'tall', markers: true },
    })
    expect(plot().layout).toEqual({ title: 'a', xaxis: { title: 'y' } })
    expect(window()).toMatchObject({ id: 'w', type: 'plot', command: 'window', title: 'b', width: 10, markers: true })
    expect(window()).toMatchObject({ version: 2, height: null, i: 0 })
  })

  test('a legend names all traces before a name is looked for', () => {
    const { make, update, plot } = setUp()
    make([line([0], [0], { name: '1' }), line([0], [0], { name: '2' })])
    update({ data: [line([1], [1])], name: 'b', append: true, opts: { legend: ['a', 'b', 'c'] } })
    expect(plot().data.map(({ name, x }) => [name, x])).toEqual([
      ['a', [0]],
      ['b', [0, 1]],
    ])
    expect(update({ opts: { legend: ['a'] } })).toEqual({
      status: 400,
      text: 'opts.legend names all traces: it should be a list of 2 or more names, but got a list of 1',
    })
  })

  test('deletes one trace, or all', () => {
    const { make, update, plot } = setUp()
    make(['a', 'b', 'c'].map((name) => line([0], [0], { name })))
    update({ data: [], name: 'b', delete: true })
    expect(plot().data.map(({ name }) => name)).toEqual(['a', 'c'])
    update({ delete: true })
    expect(plot().data).toEqual([])
  })
})

describe('heatmaps', () => {
  const heatmap = (z: Json, more: JsonObject = {}): JsonObject => ({ type: 'heatmap', z, x: null, y: null, ...more })
  const z = [
    [1, 2],
    [3, 4],
  ]

  test.each([
    ['appendRow', [[5, 6]], [...z, [5, 6]]],
    ['prependRow', [[5, 6]], [[5, 6], ...z]],
    [
      'appendColumn',
      [[5], [6]],
      [
        [1, 2, 5],
        [3, 4, 6],
      ],
    ],
    [
      'prependColumn',
      [[5], [6]],
      [
        [5, 1, 2],
        [6, 3, 4],
      ],
    ],
  ])('%s', (updateDir, added, expected) => {
    const { make, update, plot } = setUp()
    make([heatmap(z, { colorscale: 'Viridis' })])
    expect(update({ data: [heatmap(added, { zmax: 9, colorscale: null })], updateDir, append: true })).toEqual(ok('w'))
    expect(plot().data[0]).toEqual(heatmap(expected, { zmax: 9, colorscale: 'Viridis' }))
  })

  test('labels grow with the rows and columns', () => {
    const { make, update, plot } = setUp()
    make([heatmap(z, { y: ['a', 'b'] })])
    update({ data: [heatmap([[5, 6]], { y: ['c'] })], updateDir: 'prependRow', append: true })
    expect(plot().data[0]!.y).toEqual(['c', 'a', 'b'])
  })

  test.each<[string, JsonObject, string]>([
    ['other columns', { data: [heatmap([[5]])] }, 'the heatmap has 2 columns, but what is to be added has 1'],
    ['a name twice', { data: [heatmap([[5, 6]], { y: ['a'] })] }, 'the heatmap has a row named "a" already'],
    ['no name', { data: [heatmap([[5, 6]])] }, 'the heatmap has row names, but what is to be added has none'],
  ])('%s are answered as by visdom, but change nothing, which is told', (_, body, warning) => {
    const { make, update, plot, warnings } = setUp()
    make([heatmap(z, { y: ['a', 'b'] })])
    expect(update({ ...body, updateDir: 'appendRow', append: true })).toEqual(ok('w'))
    expect(plot().data[0]!.z).toEqual(z)
    expect(warnings).toEqual([`update of window 'w': ${warning}`])
  })

  test('is replaced, nulls and all', () => {
    const { make, update, plot } = setUp()
    make([heatmap(z, { zmin: 1 })])
    update({ data: [heatmap([[9]], { zmin: null })], updateDir: 'replace', append: false })
    expect(plot().data[0]).toEqual(heatmap([[9]], { zmin: null }))
  })
})

describe('histograms over steps', () => {
  const histograms = (steps: number[], more: JsonObject = {}): JsonObject => ({
    type: 'histograms',
    name: 'w',
    steps,
    edges: steps.map((step) => [0, 1, step + 2]),
    counts: steps.map((step) => [step, 1]),
    ...more,
  })

  test('are appended and replaced', () => {
    const { make, update, plot, ops } = setUp()
    make([histograms([0])])
    expect(update({ data: [histograms([1], { t: [5] })], name: 'w', append: true })).toEqual(ok('w'))
    expect(ops()).toContainEqual({ op: 'add', path: '/content/data/0/counts/1', value: [1, 1] })
    expect(plot().data[0]).toEqual(histograms([0, 1], { t: [null, 5] }))
    update({ data: [histograms([7])] })
    expect(plot().data[0]).toEqual(histograms([7]))
  })

  test.each<[string, JsonObject]>([
    [
      'steps, edges and counts should be of the same length, but got 1, 2 and 2',
      {
        steps: [1],
        edges: [
          [0, 1],
          [0, 1],
        ],
        counts: [[1], [1]],
      },
    ],
    ['histogram 0 should have one edge more than counts, but got 2 edges and 2 counts', { edges: [[0, 1]] }],
    ['a trace of type histograms should have counts', { counts: null }],
    ['t of a trace should be a list, but got 5', { t: 5 }],
  ])('%s', (text, more) => {
    const { make, update, window } = setUp()
    make([histograms([0])])
    const before = pageCopy(window())
    expect(update({ data: [histograms([1], more)], append: true })).toEqual({ status: 400, text })
    expect(window()).toEqual(before)
  })
})

describe('other windows', () => {
  test('text is lengthened, a long one by what comes', () => {
    const { make, update, window, ops } = setUp()
    make([{ type: 'text', content: 'a' }])
    update({ data: [{ type: 'text', content: 'b' }] })
    expect(window().content).toBe('a<br>b')
    expect(ops()).toEqual([{ op: 'replace', path: '/content', value: 'a<br>b' }])
    update({ data: [{ type: 'text', content: 'c'.repeat(5000) }] })
    update({ data: [{ type: 'text', content: 'd' }] })
    expect(ops()).toEqual([{ op: 'append', path: '/content', value: '<br>d' }])
  })

  test('text has a limit, at which the oldest lines go', () => {
    const { make, update, window } = setUp({ maxTextLength: 100 })
    make([{ type: 'text', content: 'first' }])
    for (let i = 0; i < 50; i++) update({ data: [{ type: 'text', content: `line ${i}` }] })
    const lines = (window().content as string).split('<br>')
    expect((window().content as string).length).toBeLessThanOrEqual(100)
    expect(lines.length).toBeGreaterThan(5)
    expect(lines).toEqual(lines.map((_, i) => `line ${50 - lines.length + i}`))
    expect(update({ data: [{ type: 'text', content: 'x'.repeat(101) }] }).status).toBe(400)
  })

  test('an image history has limits, at which the oldest images go', () => {
    const { make, update, window } = setUp({ maxHistory: 5, maxHistoryLength: 100 })
    const image = (src: string) => [{ type: 'image_history', content: { src, caption: null } }]
    make(image('0'))
    for (let i = 1; i < 9; i++) update({ data: image(`${i}`) })
    expect((window().content as { src: string }[]).map(({ src }) => src)).toEqual(['4', '5', '6', '7', '8'])
    expect(window()).toMatchObject({ selected: 4, show_slider: true })
    update({ data: image('a'.repeat(98)) })
    expect((window().content as { src: string }[]).map(({ src }) => src.length)).toEqual([1, 1, 98])
    update({ data: image('b'.repeat(200)) })
    expect(window()).toMatchObject({ selected: 0, content: [{ src: 'b'.repeat(200) }] })
    update({ data: image('c') })
    update({ data: [{ type: 'image_update_selected', selected: -4 }] })
    expect(window()).toMatchObject({ selected: 0 })
  })

  test('embeddings may be told before their points are known', () => {
    const { make, update, window } = setUp()
    // what Python's client posts first
    expect(make([{ type: 'embeddings', content: { isLoading: true } }])).toEqual(ok('w'))
    update({ data: { update_type: 'RegionSelected', points: [] } })
    expect(window().content).toEqual({ isLoading: true, has_previous: true, selected: null, data: [] })
  })

  test('embeddings: a region is chosen, and left', () => {
    const { hub, make, update, window } = setUp()
    const points = (n: number) => Array.from({ length: n }, (_, idx) => ({ idx, group: 0, position: [idx, 0] }))
    make([{ type: 'embeddings', content: { data: points(9), selected: null } }])
    update({ data: { update_type: 'EntitySelected', selected: 3 } })
    expect(window().content).toMatchObject({ selected: 3, has_previous: false })
    update({ data: { update_type: 'RegionSelected', points: points(4) } })
    update({ data: { update_type: 'RegionSelected', points: points(2) } })
    expect(window()).toMatchObject({ content: { data: points(2), selected: null, has_previous: true } })
    hub.handle('pop_embeddings_pane', { win: 'w' })
    expect(window()).toMatchObject({ content: { data: points(4), has_previous: true }, version: 5 })
    hub.handle('pop_embeddings_pane', { win: 'w' })
    hub.handle('pop_embeddings_pane', { win: 'w' })
    expect(window()).toMatchObject({ content: { data: points(9), has_previous: false }, version: 6, old_content: [] })
  })

  test.each([
    ['bar', { type: 'bar', y: [1] }],
    ['image', { type: 'image', content: { src: 'data:' } }],
    ['properties', { type: 'properties', content: [] }],
    ['network', { type: 'network', content: { nodes: [], edges: [] } }],
  ])('%s is not to be updated, in the words of visdom', (type, item) => {
    const { make, update } = setUp()
    make([item])
    const words = 'win is not scatter, heatmap, custom, image_history, embeddings, or text; was '
    expect(update({ data: [line([0], [0])], append: true })).toEqual(ok(words + type))
  })
})

describe('where there is no window', () => {
  test('appending makes it, and its environment', () => {
    const { hub } = setUp()
    const data = [line([0], [0])]
    expect(hub.handle('update', { win: 'v', eid: 'new', data })).toEqual(ok('win does not exist'))
    expect(hub.environments()).toEqual(['main'])
    expect(hub.handle('update', { win: 'v', eid: 'new', data, append: true })).toEqual(ok('v'))
    expect(hub.environments()).toEqual(['main', 'new'])
    expect(hub.handle('update', { data, append: true }).text).toMatch(/^window_/)
  })
})

describe('what can’t be done changes nothing and is told', () => {
  test.each<[string, JsonObject]>([
    ['data should be a list, but got 5', { data: 5 }],
    ['data should be a list of objects, but there is null in it', { data: [null] }],
    ['data should have one trace, since name is "a", but it has 2', { data: [line([], []), line([], [])], name: 'a' }],
    ['name should be that of a trace, but got a list of 0', { data: [line([1], [1])], name: [] }],
    ['x of a trace should be a list, but got 3', { data: [line(3, [1])], append: true }],
    ['a trace brings neither x nor y', { data: [{ type: 'scatter' }], append: true }],
    ['the trace has y, but what is to be appended has none', { data: [line([1], null)], append: true }],
    ['opts should be an object, but got "x"', { opts: 'x' }],
    ['layout should be an object, but got a list of 1', { layout: [1] }],
    ['marker of a trace should be an object, but got "red"', { data: [line([1], [1], { marker: 'red' })] }],
  ])('%s', (text, body) => {
    const { make, update, messages, window } = setUp()
    make([line([0], [0])])
    const [before, told] = [pageCopy(window()), messages.length]
    expect(update({ layout: { title: 'new' }, ...body })).toEqual({ status: 400, text })
    expect(window()).toEqual(before)
    expect(messages).toHaveLength(told)
  })
})
