import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quartilesOf } from '../src/page/plot/chart/bars/box-layer.js'
import { readGrid } from '../src/page/plot/chart/grid/grid-data.js'
import { abovePolygons, isoSegments } from '../src/page/plot/chart/grid/marching.js'
import { forcePlaces, layersOf } from '../src/page/plot/chart/network/layout.js'
import { closedAtStart, treesOf } from '../src/page/plot/chart/network/tree.js'
import { luminance, mix, parseColor, withAlpha } from '../src/page/plot/color/color.js'
import { dashOf } from '../src/page/plot/color/palette.js'
import { colorScale } from '../src/page/plot/color/scales.js'

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('the line of equal distance is a circle', () => {
  const grid = readGrid({ z: range(41).map((r) => range(41).map((c) => Math.hypot(r - 20, c - 20))) })
  const segments = isoSegments(grid, 12.3)
  let length = 0
  for (let i = 0; i < segments.length; i += 4) {
    const [x0, y0, x1, y1] = segments.slice(i, i + 4) as [number, number, number, number]
    length += Math.hypot(x1 - x0, y1 - y0)
    for (const [x, y] of [
      [x0, y0],
      [x1, y1],
    ] as const)
      expect(Math.hypot(x - 20, y - 20)).toBeCloseTo(12.3, 1)
  }
  expect(length / (2 * Math.PI * 12.3)).toBeCloseTo(1, 2)
})

test('a line of equal value ends at the border only', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }), {
        minLength: 5,
        maxLength: 5,
      }),
      fc.constantFrom(1.5, 4.5, 7.5),
      (z, level) => {
        const segments = isoSegments(readGrid({ z }), level)
        const ends = new Map<string, number>()
        for (let i = 0; i < segments.length; i += 2) {
          const key = `${segments[i]!.toFixed(9)} ${segments[i + 1]!.toFixed(9)}`
          ends.set(key, (ends.get(key) ?? 0) + 1)
        }
        for (const [key, count] of ends) {
          const [x, y] = key.split(' ').map(Number) as [number, number]
          const isAtBorder = x === 0 || y === 0 || x === 5 || y === 4
          expect(count).toBe(isAtBorder ? 1 : 2)
        }
      },
    ),
  )
})

function areaOf(polygons: readonly number[]): number {
  let [area, start] = [0, 0]
  for (let i = 0; i < polygons.length; i += 2) {
    if (!Number.isNaN(polygons[i]!)) continue
    for (let k = start; k < i; k += 2) {
      const next = k + 2 < i ? k + 2 : start
      area += (polygons[k]! * polygons[next + 1]! - polygons[next]! * polygons[k + 1]!) / 2
    }
    start = i + 2
  }
  return Math.abs(area)
}

test('what is above a value and what is below it cover the grid once', () => {
  const rows = fc.array(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 }), {
    minLength: 4,
    maxLength: 4,
  })
  fc.assert(
    fc.property(rows, fc.double({ min: 0, max: 10, noNaN: true }), (z, level) => {
      fc.pre(!z.flat().includes(level))
      // corners of a saddle whose mean is the level are joined on neither side
      const mean = (r: number, c: number) => (z[r]![c]! + z[r]![c + 1]! + z[r + 1]![c + 1]! + z[r + 1]![c]!) / 4
      fc.pre(![0, 1, 2].some((r) => [0, 1, 2].some((c) => mean(r, c) === level)))
      const [above, below] = [
        abovePolygons(readGrid({ z }), level),
        abovePolygons(readGrid({ z: z.map((row) => row.map((value) => -value)) }), -level),
      ]
      expect(areaOf(above) + areaOf(below)).toBeCloseTo(9, 6)
    }),
  )
  const saddle = readGrid({
    z: [
      [0, 10],
      [10, 0],
    ],
  })
  expect([4, 5, 6].map((level) => areaOf(abovePolygons(saddle, level)))).toEqual([
    expect.closeTo(0.84),
    expect.closeTo(0.25),
    expect.closeTo(0.16),
  ])
  expect(
    areaOf(
      abovePolygons(
        readGrid({
          z: [
            [1, 1, 1],
            [1, 1, 1],
          ],
        }),
        Number.NEGATIVE_INFINITY,
      ),
    ),
  ).toBe(2)
})

test('cells with a corner without a value have no line', () => {
  const grid = readGrid({
    z: [
      [0, 1, 2],
      [0, 'NaN', 2],
      [0, 1, 2],
    ],
  })
  expect(grid).toMatchObject({ min: 0, max: 2, isNotFinite: true })
  expect(isoSegments(grid, 0.5)).toEqual([])
  expect(readGrid({ z: [[null, 1]] }).isNotFinite).toBe(false)
})

test("quartiles are numpy's", () => {
  expect(quartilesOf([1, 2, 3, 4])).toMatchObject({ q1: 1.75, median: 2.5, q3: 3.25, low: 1, high: 4, outliers: [] })
  expect(quartilesOf([1, 2, 3, 4, 100])?.outliers).toEqual([100])
  expect(quartilesOf([Number.NaN])).toBeNull()
})

test('colours as CSS writes them', () => {
  expect(parseColor('#fa0')).toEqual([255, 170, 0, 1])
  expect(parseColor('#ffaa0080')).toEqual([255, 170, 0, 128 / 255])
  expect(parseColor('rgb(148, 103, 0189)')).toEqual([148, 103, 189, 1])
  expect(parseColor('rgba(1,2,3,.5)')).toEqual([1, 2, 3, 0.5])
  expect(parseColor('hsl(120, 100%, 25%)')).toEqual([0, 128, 0, 1])
  expect(parseColor('Black')).toEqual([0, 0, 0, 1])
  for (const bad of ['', 'url(x)', '#12', 'rgb(1)', 'constructor', null, 5]) expect(parseColor(bad)).toBeNull()
  expect(withAlpha('#ff0000', 0.5)).toBe('rgba(255,0,0,0.5)')
  expect(mix([0, 0, 0, 1], [100, 0, 0, 1], 0.25)).toEqual([25, 0, 0, 1])
  expect(luminance([255, 255, 255, 1])).toBeCloseTo(1)
})

test('colour scales have the colours that they are known by at their ends, and grow lighter', () => {
  expect(colorScale('Viridis').css(0)).toBe('rgb(68,1,84)')
  expect(colorScale('Viridis').css(1)).toBe('rgb(253,231,37)')
  expect(colorScale('Viridis', true).css(0)).toBe('rgb(253,231,37)')
  expect(colorScale('viridis_r').css(1)).toBe('rgb(68,1,84)')
  for (const name of ['Viridis', 'Cividis', 'Plasma', 'Inferno', 'Magma', 'Hot', 'Greys']) {
    const lights = range(11).map((i) => luminance(colorScale(name).rgba(i / 10)))
    expect(
      lights.every((light, i) => i === 0 || light >= lights[i - 1]! - 1e-3),
      name,
    ).toBe(true)
  }
  expect(
    colorScale([
      [0, 'black'],
      [1, 'rgb(200,0,0)'],
    ]).css(0.5),
  ).toBe('rgb(100,0,0)')
  expect(colorScale('nobody knows').css(0)).toBe('rgb(68,1,84)')
  expect(colorScale([[0, 'url(x)']]).css(2)).toBe('rgb(253,231,37)')
})

test('dashes by name and by lengths', () => {
  expect([dashOf('solid'), dashOf('5px,2px'), dashOf('toString'), dashOf(undefined)]).toEqual([[], [5, 2], [], []])
  expect(dashOf('dot').length).toBe(2)
})

test('layers of a network: below all that lead there; none if it goes round', () => {
  expect(
    layersOf({
      count: 4,
      edges: [
        [0, 1],
        [1, 2],
        [0, 2],
        [2, 3],
      ],
    }),
  ).toEqual([0, 1, 2, 3])
  expect(
    layersOf({
      count: 2,
      edges: [
        [0, 1],
        [1, 0],
      ],
    }),
  ).toBeNull()
})

test('places by forces: finite, apart, the same each time, neighbours nearer than others', () => {
  const ring = { count: 12, edges: range(12).map((i): [number, number] => [i, (i + 1) % 12]) }
  const places = forcePlaces(ring)
  expect(forcePlaces(ring)).toEqual(places)
  const distance = (i: number, j: number): number =>
    Math.hypot(places[i * 2]! - places[j * 2]!, places[i * 2 + 1]! - places[j * 2 + 1]!)
  for (const i of range(12)) {
    expect(distance(i, (i + 1) % 12)).toBeGreaterThan(0.3)
    expect(distance(i, (i + 1) % 12)).toBeLessThan(distance(i, (i + 6) % 12))
  }
})

test('a tree from edges, even where these go round or lead nowhere', () => {
  const nodes = range(4).map((name) => ({ name }))
  const [root] = treesOf({
    nodes,
    edges: [
      { source: 0, target: 1 },
      { source: 1, target: 2 },
      { source: 2, target: 0 },
      { source: 0, target: 9 },
      { source: 3, target: 1 },
    ],
  })
  // 0 is in 2 by the third edge: no module is in none but 3
  expect(root?.key).toBe('3')
  const chain = treesOf({
    nodes,
    edges: [
      { source: 0, target: 1 },
      { source: 1, target: 2 },
      { source: 0, target: 3 },
    ],
  })
  expect(chain.map(({ key }) => key)).toEqual(['0'])
  expect([...closedAtStart(chain, 3)]).toEqual(['1'])
  expect([...closedAtStart(chain, 40)]).toEqual([])
})
