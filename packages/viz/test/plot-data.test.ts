import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateOf, kindOf, numberOf, Reader } from '../src/page/plot/data/cells.js'
import { Column } from '../src/page/plot/data/column.js'
import { csvTable } from '../src/page/plot/data/csv.js'
import { Growing } from '../src/page/plot/data/growing.js'
import { Pyramid } from '../src/page/plot/data/pyramid.js'
import { pointCount, Series } from '../src/page/plot/data/series.js'
import { MovingMean } from '../src/page/plot/data/smoothing.js'
import { touchedBy } from '../src/page/plot/data/touched.js'
import type { PatchOp, Trace } from '../src/protocol/types.js'

const numbers = { x: new Reader('number'), y: new Reader('number') }

/** Lists that come in pieces, with gaps and infinities among them. */
const pieces = fc.array(
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      fc.constantFrom(Number.NaN, Infinity, -Infinity),
    ),
    { maxLength: 90 },
  ),
  { minLength: 1, maxLength: 8 },
)

function pyramidOf(parts: readonly (readonly number[])[]): { pyramid: Pyramid; values: Growing } {
  const [pyramid, values] = [new Pyramid(), new Growing()]
  for (const part of parts) {
    for (const value of part) values.push(value)
    pyramid.extend(values.values, values.length)
  }
  return { pyramid, values }
}

test('a pyramid that grew in pieces knows the least and the greatest of any range', () => {
  fc.assert(
    fc.property(pieces, fc.nat(800), fc.nat(800), fc.boolean(), (parts, a, b, positive) => {
      const { pyramid, values } = pyramidOf(parts)
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const finite = [...values.view()].slice(from, to).filter((v) => Number.isFinite(v) && (!positive || v > 0))
      const { min, max } = pyramid.extremes(values.values, from, to, positive)
      expect(min).toBe(finite.length === 0 ? Number.NaN : Math.min(...finite))
      expect(max).toBe(finite.length === 0 ? Number.NaN : Math.max(...finite))
    }),
  )
})

test('what a pyramid picks to be drawn has the least and the greatest of each block, in order', () => {
  fc.assert(
    fc.property(pieces, fc.nat(2), (parts, k) => {
      const { pyramid, values } = pyramidOf(parts)
      fc.pre(k < pyramid.depth)
      const out = new Int32Array(2 * values.length + 4)
      const n = pyramid.pick(k, 0, values.length, out)
      const picked = [...out.subarray(0, n)]
      const size = 16 * 2 ** k
      const expected: number[] = []
      for (let start = 0; start < values.length; start += size) {
        const block = [...values.view()].slice(start, start + size)
        const finite = block.filter(Number.isFinite)
        if (finite.length === 0) expected.push(-1)
        else {
          const places = [block.indexOf(Math.min(...finite)), block.indexOf(Math.max(...finite))].map((i) => i + start)
          expected.push(...new Set(places.sort((a, b) => a - b)))
        }
      }
      expect(picked).toEqual(expected)
    }),
  )
})

test('many points are drawn from about as many blocks as there are pixels', () => {
  const { pyramid } = pyramidOf([Array.from({ length: 100_000 }, (_, i) => i)])
  const level = pyramid.levelFor(100_000, 1000)
  const blocks = 100_000 / (16 * 2 ** level)
  expect(blocks).toBeLessThanOrEqual(1000)
  expect(blocks).toBeGreaterThan(250)
  expect(pyramid.levelFor(1500, 1000)).toBe(-1)
})

test('the moving mean is the debiased sum of all values before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (list, w) => {
        const mean = new MovingMean(w)
        // in two pieces: what came before is kept
        const half = Math.floor(list.length / 2)
        mean.extend(Float64Array.from(list), half)
        mean.extend(Float64Array.from(list), list.length)
        list.forEach((_, i) => {
          const weights = list.slice(0, i + 1).map((_, k) => w ** (i - k))
          const direct =
            weights.reduce((sum, weight, k) => sum + weight * list[k]!, 0) / weights.reduce((a, b) => a + b, 0)
          expect(mean.values.values[i]).toBeCloseTo(direct, 8)
        })
      },
    ),
  )
})

test('a gap and a NaN interrupt the moving mean, but do not end it', () => {
  const mean = new MovingMean(0.5)
  mean.extend(Float64Array.of(1, Number.NaN, 1, Infinity, 1), 5)
  expect([...mean.values.view()]).toEqual([1, Number.NaN, 1, Infinity, 1])
})

test('cells are numbers, dates, or categories', () => {
  expect(kindOf([1, null, '2.5', 'NaN', 'Infinity'])).toBe('number')
  expect(kindOf(['2024-02-29', '2024-03-01 12:30'])).toBe('date')
  expect(kindOf(['2024-02-29', 'cat'])).toBe('category')
  expect(dateOf('2024-02-29 12:30:15')).toBe(Date.UTC(2024, 1, 29, 12, 30, 15))
  expect(dateOf('2024-02-29T12:30:15+02:00')).toBe(Date.UTC(2024, 1, 29, 10, 30, 15))
  expect(dateOf('2024-13')).toBeNaN()
  expect([numberOf('-Infinity'), numberOf('1e3'), numberOf('cat'), numberOf(true)]).toEqual([
    -Infinity,
    1000,
    undefined,
    1,
  ])
  const reader = new Reader('category')
  expect([reader.read('cat'), reader.read('dog'), reader.read('cat'), reader.read(null)]).toEqual([0, 1, 0, Number.NaN])
})

test('a column knows whether it is sorted, and finds the nearest either way', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      fc.integer({ min: -60, max: 60 }),
      (given, sort, x) => {
        const list = sort ? [...given].sort((a, b) => a - b) : given
        const column = new Column()
        for (const value of list) column.push(value)
        expect(column.isSorted).toBe(list.every((value, i) => i === 0 || value >= list[i - 1]!))
        expect(Math.abs(list[column.nearest(x)]! - x)).toBe(Math.min(...list.map((value) => Math.abs(value - x))))
      },
    ),
  )
})

test('a line that grew point by point is the same as one that came whole', () => {
  const cell = fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: -9, max: 9, noNaN: true }) },
    fc.constantFrom(null, 'NaN', 'Infinity', '-Infinity'),
  )
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 60 }), fc.nat(60), (y, cut) => {
      const whole = { type: 'scatter', x: y.map((_, i) => i * 2), y, t: y.map((_, i) => 1e9 + i) }
      const first = { ...whole, x: whole.x.slice(0, cut), y: y.slice(0, cut), t: whole.t.slice(0, cut) }
      const [grown, once] = [new Series(first, numbers), new Series(whole, numbers)]
      grown.smoothed(0.9)
      grown.extend(whole, numbers)
      expect([...grown.y.view()]).toEqual([...once.y.view()])
      expect([...grown.x.growing.view()]).toEqual([...once.x.growing.view()])
      expect([...grown.notFinite.view()]).toEqual([...once.notFinite.view()])
      expect(grown.trouble()).toEqual(once.trouble())
      expect([...grown.smoothed(0.9).values.subarray(0, y.length)]).toEqual([
        ...once.smoothed(0.9).values.subarray(0, y.length),
      ])
      expect([...grown.column('relative').growing.view()]).toEqual(y.map((_, i) => i))
      expect([...grown.column('time').growing.view()]).toEqual(y.map((_, i) => (1e9 + i) * 1000))
    }),
  )
})

test('a line without x counts its points, and has as many as the shorter of its columns', () => {
  const counted = new Series({ y: [5, 6, 7] }, numbers)
  expect([...counted.x.growing.view()]).toEqual([0, 1, 2])
  expect(pointCount({ x: [1, 2, 3], y: [1] })).toBe(1)
  expect(counted.column('epoch')).toBe(counted.x)
})

test('extremes of a part of x, sorted or not, positive or not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -20, max: 20 })), {
        minLength: 1,
        maxLength: 80,
      }),
      fc.boolean(),
      fc.boolean(),
      fc.nat(30),
      fc.nat(30),
      (points, sort, positive, a, b) => {
        const list = sort ? [...points].sort(([x], [z]) => x - z) : points
        const series = new Series({ x: list.map(([x]) => x), y: list.map(([, y]) => y) }, numbers)
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const inside = list.filter(([x, y]) => x >= low && x <= high && (!positive || y > 0)).map(([, y]) => y)
        const { min, max } = series.extremes(series.x, low, high, positive)
        expect([min, max]).toEqual(
          inside.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...inside), Math.max(...inside)],
        )
      },
    ),
  )
})

test('NaN is told of at once; a missing value only if a loss stays without; a gap never', () => {
  expect(new Series({ y: [1, 'NaN', 1] }, numbers).trouble()).toEqual({
    reason: 'not finite',
    index: 1,
    isMissing: false,
  })
  expect(new Series({ x: [0, 1, 2], y: [1, null, null] }, numbers, true).trouble()).toEqual({
    reason: 'not finite',
    index: 1,
    isMissing: true,
  })
  expect(new Series({ x: [0, 1, 2], y: [1, null, 1] }, numbers, true).trouble()).toBeNull()
  expect(new Series({ x: [0, null, 2], y: [1, null, 1] }, numbers).notFinite.length).toBe(0)
})

test('a loss that rises and stays up diverges, another line does not', () => {
  const y = [...Array.from({ length: 50 }, (_, i) => 2 - i * 0.03), ...Array.from({ length: 60 }, (_, i) => 5 + i)]
  const trouble = new Series({ y }, numbers, true).trouble()
  expect(trouble?.reason).toBe('diverges')
  expect(trouble?.index).toBeGreaterThan(50)
  expect(new Series({ y }, numbers, false).trouble()).toBeNull()
})

test('operations tell which traces grew and which are to be read anew', () => {
  const lengthOf = (_: number, column: string): number => (column === 'y' ? 3 : 5)
  const touched = (...ops: readonly (readonly [PatchOp['op'], string])[]) => {
    const { all, layout, grown, changed } = touchedBy(
      ops.map(([op, path]) => ({ op, path, value: 0 }) as PatchOp),
      lengthOf,
    )
    return { all, layout, grown: [...grown], changed: [...changed] }
  }
  const nothing = { all: false, layout: false, grown: [], changed: [] }
  expect(touched(['add', '/content/data/1/y/3'], ['replace', '/version'])).toEqual({ ...nothing, grown: [1] })
  expect(touched(['add', '/content/data/1/y/-'])).toEqual({ ...nothing, grown: [1] })
  expect(touched(['add', '/content/data/1/y/2'])).toEqual({ ...nothing, changed: [1] })
  expect(touched(['replace', '/content/data/1/y/2'])).toEqual({ ...nothing, changed: [1] })
  expect(touched(['remove', '/content/data/1/y/2'], ['add', '/content/data/1/y/3'])).toEqual({
    ...nothing,
    changed: [1],
  })
  expect(touched(['replace', '/content/data/0/name'])).toEqual({ ...nothing, changed: [0] })
  expect(touched(['add', '/content/data/0/marker/color/7'], ['add', '/content/data/0/marker/size/7'])).toEqual({
    ...nothing,
    changed: [0],
  })
  expect(touched(['add', '/content/data/0/marker/color/7'])).toEqual({ ...nothing, grown: [0] })
  expect(touched(['add', '/content/data/2'])).toEqual({ ...nothing, all: true })
  expect(touched(['remove', '/content/data/0'], ['add', '/content/data/0/y/9'])).toEqual({
    all: true,
    layout: true,
    grown: [0],
    changed: [],
  })
  expect(touched(['replace', '/content/layout/title'])).toEqual({ ...nothing, layout: true })
  expect(touched(['replace', '/content'])).toMatchObject({ all: true, layout: true })
  expect(touched()).toMatchObject({ all: true, layout: true })
})

test('tables quote what needs it', () => {
  const trace: Trace = { name: 'a,"b"' }
  expect(
    csvTable(
      ['trace', 'x'],
      [
        [trace.name, 1.5],
        ['line\nbreak', null],
        [Number.NaN, [1, 2]],
      ],
    ),
  ).toBe('trace,x\n"a,""b""",1.5\n"line\nbreak",\nNaN,"[1,2]"\n')
})

test('what a window says beside its content touches no trace', () => {
  const ops = [
    { op: 'replace', path: '/contentID', value: 'b' },
    { op: 'replace', path: '/version', value: 2 },
  ] as const
  const { all, layout, grown, changed } = touchedBy(ops, () => 0)
  expect({ all, layout, grown: grown.size, changed: changed.size }).toEqual({
    all: false,
    layout: false,
    grown: 0,
    changed: 0,
  })
})
