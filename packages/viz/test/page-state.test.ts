/** What the page keeps besides windows: places, views, names, filters, tables. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toCSV } from '../src/page/export/csv.js'
import { makeScale } from '../src/page/runs/scale.js'
import { cellOf, columnsOf, formatDuration, formatNumber, sortRuns, usualColumns } from '../src/page/runs/table.js'
import { type EnvNode, envsIn, envTree } from '../src/page/state/env-tree.js'
import { makeFilter } from '../src/page/state/filter.js'
import { Layout, sizeOf, toItem } from '../src/page/state/layout.js'
import { COLUMNS, compact, Packer, type Place } from '../src/page/state/pack.js'
import { Pane } from '../src/page/state/pane.js'
import { MANY_POINTS, traitsOf } from '../src/page/state/traits.js'
import { viewsOf, withView } from '../src/page/state/views.js'
import { textDocument } from '../src/page/windows/text-document.js'
import { zoomAt } from '../src/page/windows/zoom.js'
import type { RunSummary, Window } from '../src/protocol/types.js'

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h

function expectApart(places: readonly Place[]): void {
  for (const [i, a] of places.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(0)
    expect(a.x + a.w).toBeLessThanOrEqual(COLUMNS)
    for (const b of places.slice(i + 1)) expect(overlap(a, b), JSON.stringify([a, b])).toBe(false)
  }
}

const windowOf = (id: string, more: Partial<Window> = {}): Window => ({
  command: 'window',
  version: 1,
  id,
  title: id,
  inflate: true,
  width: null,
  height: null,
  contentID: id,
  content: null,
  type: 'plot',
  i: 0,
  ...more,
})

const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: COLUMNS }), fc.integer({ min: 1, max: 40 })), {
  maxLength: 40,
})
const places = fc.array(
  fc.record({
    x: fc.integer({ min: 0, max: COLUMNS - 1 }),
    y: fc.integer({ min: 0, max: 60 }),
    w: fc.integer({ min: 1, max: COLUMNS }),
    h: fc.integer({ min: 1, max: 20 }),
  }),
  { maxLength: 25 },
)

describe('places', () => {
  test('packed panes lie apart', () => {
    fc.assert(
      fc.property(sizes, (all) => {
        const packer = new Packer()
        expectApart(all.map(([w, h]) => packer.place(w, h)))
      }),
    )
  })

  test('a pane takes the highest place with room, and of those the leftmost', () => {
    const packer = new Packer()
    expect(packer.place(16, 10)).toEqual({ x: 0, y: 0, w: 16, h: 10 })
    expect(packer.place(12, 4)).toEqual({ x: 0, y: 10, w: 12, h: 4 })
    // the gap beside the first one is still there
    expect(packer.place(8, 10)).toEqual({ x: 16, y: 0, w: 8, h: 10 })
    expect(packer.place(99, 1)).toEqual({ x: 0, y: 14, w: COLUMNS, h: 1 })
  })

  test('compacted panes lie apart, as high as they can, and stay where they are the next time', () => {
    fc.assert(
      fc.property(places, (all) => {
        const given = new Map(
          all.map((place, i) => [`${i}`, { ...place, x: Math.min(place.x, COLUMNS - place.w) }] as const),
        )
        const compacted = compact(given)
        expectApart([...compacted.values()])
        for (const [id, place] of compacted) {
          if (place.y === 0) continue
          const others = [...compacted].filter(([other]) => other !== id).map(([, other]) => other)
          expect(others.some((other) => overlap(other, { ...place, y: place.y - 1 }))).toBe(true)
        }
        expect(new Map(compact(compacted))).toEqual(new Map(compacted))
      }),
    )
  })

  test("visdom's units come back as they were", () => {
    fc.assert(
      fc.property(places, (all) => {
        const layout = new Layout()
        const given = all.map((place) => ({ ...place, x: Math.min(place.x, COLUMNS - place.w), h: place.h + 1 }))
        layout.load('env', Object.fromEntries(given.map((place, i) => [`${i}`, toItem(`${i}`, place)])), false)
        for (const [i, place] of given.entries()) expect(layout.get(`${i}`)).toEqual(place)
      }),
    )
  })

  test('a place from elsewhere that is none is passed over', () => {
    const layout = new Layout()
    const good = { i: 'good', x: 50, y: 3, w: 25, h: 20 }
    layout.load(
      'env',
      { good, bad: { x: -1, y: 0, w: 3, h: 3 }, text: 'x', none: null, nan: { ...good, x: 'NaN' } },
      false,
    )
    expect(['good', 'bad', 'text', 'none', 'nan'].map((id) => layout.get(id))).toEqual([
      { x: 12, y: 3, w: 6, h: 20 },
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test('known panes stay, new ones go where there is room', () => {
    const layout = new Layout()
    layout.load('env', { a: toItem('a', { x: 8, y: 0, w: 8, h: 22 }) }, false)
    const arranged = layout.arrange([windowOf('a'), windowOf('b'), windowOf('c')], 1200)
    expect(arranged.get('a')).toEqual({ x: 8, y: 0, w: 8, h: 22 })
    expect(arranged.get('b')).toEqual({ x: 0, y: 0, w: 8, h: 22 })
    expect(arranged.get('c')).toEqual({ x: 16, y: 0, w: 8, h: 22 })
  })

  test('a server is told of all places that it does not know, once', () => {
    const layout = new Layout()
    layout.load('env', { a: toItem('a', { x: 0, y: 0, w: 8, h: 22 }) }, false)
    const arranged = layout.arrange([windowOf('a'), windowOf('b')], 1200)
    expect([...layout.update(arranged).keys()]).toEqual(['b'])
    expect([...layout.update(arranged).keys()]).toEqual([])
    const moved = new Map([...arranged, ['a', { x: 16, y: 0, w: 8, h: 22 }]] as const)
    expect([...layout.update(moved)]).toEqual([['a', { x: 16, y: 0, w: 8, h: 22 }]])
  })

  test('sizes in pixels become columns and rows; tiny images are shown larger', () => {
    // 24 columns of 50 pixels
    expect(sizeOf(windowOf('a', { width: 490, height: 254 }), 1200)).toEqual([10, 20])
    expect(sizeOf(windowOf('a', { width: 5000 }), 1200)[0]).toBe(COLUMNS)
    expect(sizeOf(windowOf('a', { type: 'image', width: 28, height: 28 }), 1200)).toEqual(
      sizeOf(windowOf('a', { type: 'image' }), 1200),
    )
  })

  test('properties take as much room as they need, a few words take little', () => {
    const rows = (count: number) =>
      sizeOf(windowOf('a', { type: 'properties', content: Array.from({ length: count }, () => ({})) }), 1200)[1]
    expect(rows(1)).toBeLessThan(rows(6))
    expect(rows(500)).toBeLessThan(60)
    const text = (content: string) => sizeOf(windowOf('a', { type: 'text', content }), 1200)[1]
    expect(text('epoch <b>1</b><br>done')).toBeLessThan(text('<table></table>'))
    expect(text('x'.repeat(1000))).toBe(text('<table></table>'))
  })

  test('a few thousand panes find their places', () => {
    const layout = new Layout()
    const windows = Array.from({ length: 3000 }, (_, i) => windowOf(`${i}`))
    const placed = layout.arrange(windows, 1200)
    expect(placed.size).toBe(3000)
    const cells = [...placed.values()].flatMap(({ x, y, w, h }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
  })
})

describe('views', () => {
  test("visdom's text is read and written", () => {
    const text = '{"cb": {"current": {}, "myview": {"txt": [0, 20, 20], "img": [1, 20, 20]}}}'
    const views = viewsOf(text, 'cb')
    expect([...views.keys()]).toEqual(['myview'])
    expect(views.get('myview')?.get('img')).toEqual([1, 20, 20])
    const more = withView(text, 'cb', 'new', new Map([['txt', [0, 10, 50]]]))
    expect([...viewsOf(more, 'cb').keys()]).toEqual(['myview', 'new'])
    expect(viewsOf(withView(more, 'cb', 'myview', null), 'cb').has('myview')).toBe(false)
    expect(JSON.parse(more).cb.current).toEqual({})
  })

  test.each(['', 'nonsense', '[]', '{"cb": 3}', '{"cb": {"v": {"txt": ["x"]}}}'])('%j has no views', (text) => {
    expect(viewsOf(text, 'cb').size).toBe(0)
    expect(viewsOf(withView(text, 'cb', 'v', new Map([['a', [0, 1, 2]]])), 'cb').size).toBe(1)
  })
})

describe('names of environments', () => {
  const outline = (nodes: readonly EnvNode[]): unknown[] =>
    nodes.map(({ label, children }) => (children.length === 0 ? label : [label, ...outline(children)]))

  test('parts of names make a tree; a lone branch is no level of its own', () => {
    expect(outline(envTree(['main', 'mnist_sgd_1', 'mnist_sgd_2', 'mnist_adam', 'a_b_c', 'run', 'run_2']))).toEqual([
      'main',
      ['mnist', ['_sgd', '_1', '_2'], '_adam'],
      'a_b_c',
      ['run', '_2'],
    ])
  })

  test('each name is in the tree once', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[ab_/]{1,8}$/), { maxLength: 12 })
    fc.assert(
      fc.property(names, (all) => {
        expect(envTree(all).flatMap(envsIn).sort()).toEqual([...all].sort())
      }),
    )
  })
})

test('a filter is text or an expression, in any case', () => {
  expect(['loss', 'val_LOSS', 'acc'].filter(makeFilter('loss'))).toEqual(['loss', 'val_LOSS'])
  expect(['loss', 'val_loss', 'acc'].filter(makeFilter('^(loss|acc)$'))).toEqual(['loss', 'acc'])
  expect(['f(x', 'g'].filter(makeFilter('f(x'))).toEqual(['f(x'])
  expect(['a', 'b'].filter(makeFilter('  '))).toEqual(['a', 'b'])
})

describe('runs', () => {
  const metric = (last: number | null, more = {}) => ({
    count: 10,
    last,
    lastStep: 9,
    min: 0.1,
    max: 3,
    notFinite: 0,
    ...more,
  })
  const runs: RunSummary[] = [
    { env: 'run2', hparams: { lr: 0.1, net: 'cnn' }, metrics: { loss: metric(0.5) }, started: 100, updated: 160 },
    {
      env: 'run10',
      hparams: { lr: '0.01' },
      metrics: { loss: metric(0.25), acc: metric(0.9) },
      started: null,
      updated: null,
    },
    { env: 'run1', hparams: {}, metrics: { loss: metric('NaN' as never) }, started: 5, updated: 5 },
  ]
  const columns = columnsOf(runs)
  const column = (kind: string, key = '') => columns.find((one) => one.kind === kind && one.key === key)!
  const order = (kind: string, key?: string, isDescending = false) =>
    sortRuns(runs, column(kind, key), isDescending).map(({ env }) => env)

  test('columns are what the runs have', () => {
    expect(columns.map(({ kind, key }) => `${kind} ${key}`.trim())).toEqual([
      'env',
      'hparam lr',
      'hparam net',
      'last loss',
      'last acc',
      'min loss',
      'min acc',
      'max loss',
      'max acc',
      'points',
      'started',
      'duration',
    ])
    expect(usualColumns(columns, runs)).not.toContain(column('min', 'loss').id)
    expect(cellOf(runs[1]!, column('points'))).toBe(20)
    expect(cellOf(runs[0]!, column('duration'))).toBe(60)
  })

  test('numbers sort as numbers, names as people count, and what is missing comes last', () => {
    expect(order('env')).toEqual(['run1', 'run2', 'run10'])
    expect(order('hparam', 'lr')).toEqual(['run10', 'run2', 'run1'])
    expect(order('hparam', 'lr', true)).toEqual(['run2', 'run10', 'run1'])
    expect(order('last', 'loss')).toEqual(['run10', 'run2', 'run1'])
    expect(order('last', 'loss', true)).toEqual(['run2', 'run10', 'run1'])
  })

  test('numbers are brief', () => {
    expect([0, 3, 0.123456, 1e-5, 123456789.5, -2.5e-8].map(formatNumber)).toEqual([
      '0',
      '3',
      '0.1235',
      '1e-5',
      '1.23e+8',
      '-2.5e-8',
    ])
    expect([2.34, 59, 61, 3725].map(formatDuration)).toEqual(['2.3 s', '59 s', '1 m 01 s', '1 h 02 m'])
  })

  test('scales place what is known', () => {
    const scale = makeScale([1e-4, 1e-2, null, 'NaN'])
    expect(scale.place(1e-3)).toBeCloseTo(0.5)
    expect(scale.place(null)).toBeNull()
    const texts = makeScale(['sgd', 'adam', 'sgd'])
    expect([texts.place('adam'), texts.place('sgd'), texts.place('other')]).toEqual([0, 1, null])
    expect(makeScale([2, 2]).place(2)).toBe(0.5)
  })
})

test('CSV quotes what has to be quoted, and no cell becomes a formula', () => {
  expect(
    toCSV(
      ['a', 'b'],
      [
        [1, 'x,"y"'],
        [null, '=1+2'],
        [-1.5, '-3'],
        ['-x', 'l\nm'],
      ],
    ),
  ).toBe(`a,b\r\n1,"x,""y"""\r\n,'=1+2\r\n-1.5,-3\r\n'-x,"l\nm"\r\n`)
})

test('a zoom keeps the point under the pointer', () => {
  const before = { scale: 2, x: 30, y: -10 }
  const after = zoomAt(before, 100, 50, 1.5)
  expect(after.scale).toBe(3)
  expect((100 - after.x) / after.scale).toBeCloseTo((100 - before.x) / before.scale)
  expect((50 - after.y) / after.scale).toBeCloseTo((50 - before.y) / before.scale)
})

test('the policy of a text window comes before the text', () => {
  const html = textDocument('<script>alert(1)</script>', { dark: true, atEnd: false })
  expect(html.indexOf("default-src 'none'")).toBeGreaterThan(0)
  expect(html.indexOf("default-src 'none'")).toBeLessThan(html.indexOf('<script>'))
})

describe('which lines are smoothed', () => {
  const plot = (trace: object, version = 1): Window =>
    ({
      id: 'w',
      type: 'plot',
      i: 0,
      version,
      title: '',
      contentID: 'c',
      content: { data: [trace], layout: {} },
    }) as never

  test('those of a training: logged, updated or long; not the curve of a function', () => {
    expect(traitsOf(plot({ x: [0, 1], y: [0, 1] }))).toEqual({ isTraining: false, hasTime: false, hasEpoch: false })
    expect(traitsOf(plot({ y: [0, 1], t: [5, 6] }))).toEqual({ isTraining: true, hasTime: true, hasEpoch: false })
    expect(traitsOf(plot({ y: [0, 1] }, 2)).isTraining).toBe(true)
    expect(traitsOf(plot({ y: Array.from({ length: MANY_POINTS }, () => 0) })).isTraining).toBe(true)
    expect(traitsOf(plot({ y: Array.from({ length: MANY_POINTS - 1 }, () => 0) })).isTraining).toBe(false)
  })

  test('the choice for a pane comes before what it is', () => {
    const pane = new Pane(plot({ y: [0, 1] }))
    expect(pane.isSmooth).toBe(false)
    pane.smooth.value = true
    expect(pane.isSmooth).toBe(true)
  })
})
