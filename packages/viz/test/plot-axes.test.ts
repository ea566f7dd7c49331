import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countText, durationText, tickText, valueText } from '../src/page/plot/axis/numbers.js'
import { padSpan, Scale } from '../src/page/plot/axis/scale.js'
import { plainText, readAxis } from '../src/page/plot/axis/spec.js'
import { type Tick, ticksOf } from '../src/page/plot/axis/ticks.js'

/** Labels of six pixels a letter, with a gap. */
const fitsOn = (scale: Scale) => (ticks: readonly Tick[]) =>
  ticks.every(
    ({ value, label }, i) =>
      i === 0 || scale.at(value) - scale.at(ticks[i - 1]!.value) >= (label.length + ticks[i - 1]!.label.length) * 3 + 8,
  )

test('ticks ascend, lie within the axis, differ in their labels, and never overlap', () => {
  const kinds = fc.constantFrom('linear' as const, 'log' as const, 'date' as const, 'duration' as const)
  fc.assert(
    fc.property(
      kinds,
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.integer({ min: 60, max: 1600 }),
      (kind, a, length, pixels) => {
        const unit = { linear: 1e5, log: 12, date: 1e12, duration: 1e5 }[kind]
        const scale = new Scale(kind, { low: a * unit, high: (a + length) * unit }, 0, pixels)
        const ticks = ticksOf(scale, [], fitsOn(scale))
        for (const { value } of ticks) {
          expect(scale.at(value)).toBeGreaterThanOrEqual(-1e-3)
          expect(scale.at(value)).toBeLessThanOrEqual(pixels + 1e-3)
        }
        expect(fitsOn(scale)(ticks)).toBe(true)
        expect(ticks.every(({ value }, i) => i === 0 || value > ticks[i - 1]!.value)).toBe(true)
        if (kind !== 'date') expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
        if (kind === 'linear' && pixels > 400) expect(ticks.length).toBeGreaterThan(2)
      },
    ),
    { numRuns: 300 },
  )
})

const labels = (scale: Scale, most = 8, categories: readonly string[] = []): string[] =>
  ticksOf(scale, categories, (ticks) => ticks.length <= most).map(({ label }) => label)

test('numbers of axes are short', () => {
  expect(labels(new Scale('linear', { low: 0, high: 1 }, 0, 1), 6)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0'])
  expect(labels(new Scale('linear', { low: 0, high: 2e6 }, 0, 1), 5)).toEqual(['0', '500k', '1.0M', '1.5M', '2.0M'])
  expect(labels(new Scale('linear', { low: 2.0001, high: 2.0003 }, 0, 1), 3)).toEqual(['2.0001', '2.0002', '2.0003'])
  expect(labels(new Scale('log', { low: -6, high: 3 }, 0, 1), 4)).toEqual(['1e−6', '0.001', '1', '1k'])
  expect(labels(new Scale('log', { low: 0, high: 1.2 }, 0, 1))).toEqual(['1', '2', '5', '10'])
  expect(labels(new Scale('category', { low: -0.5, high: 3.5 }, 0, 1), 2, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c'])
  expect(labels(new Scale('linear', { low: 0, high: 0 }, 0, 1))).toEqual([])
})

test('times of axes', () => {
  const day = Date.UTC(2024, 1, 28)
  expect(labels(new Scale('date', { low: day, high: day + 3 * 86400e3 }, 0, 1), 4)).toEqual([
    '2024-02-28',
    '02-29',
    '03-01',
    '03-02',
  ])
  expect(labels(new Scale('date', { low: day, high: day + 4 * 3600e3 }, 0, 1), 5)).toEqual([
    '02-28 00:00',
    '01:00',
    '02:00',
    '03:00',
    '04:00',
  ])
  expect(labels(new Scale('date', { low: Date.UTC(2020, 0, 1), high: Date.UTC(2024, 0, 1) }, 0, 1), 5)).toEqual([
    '2020',
    '2021',
    '2022',
    '2023',
    '2024',
  ])
  expect(labels(new Scale('duration', { low: 0, high: 7200 }, 0, 1), 5)).toEqual([
    '0',
    '30 min',
    '1:00 h',
    '1:30 h',
    '2:00 h',
  ])
  expect(durationText(90_061)).toBe('1 d 1:01:01')
  expect(durationText(65)).toBe('1:05')
})

test('values for readers', () => {
  expect(
    [0, 1234, 0.1 + 0.2, 1e-7, 123456.789, Number.NaN, -Infinity, 2.5e12].map((value) => valueText(value)),
  ).toEqual(['0', '1,234', '0.3', '1e−7', '123457', 'NaN', '−∞', '2.5e12'])
  expect([950, 1234, 11_689_512].map(countText)).toEqual(['950', '1.23k', '11.7M'])
  expect(tickText(-0.05, 0.05)).toBe('−0.05')
})

test('a scale leads there and back', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (log, low, length, t) => {
        const scale = new Scale(log ? 'log' : 'linear', { low, high: low + length }, 300, 20)
        const pixel = 300 - 280 * t
        expect(scale.at(scale.valueAt(pixel))).toBeCloseTo(pixel, 6)
      },
    ),
  )
  expect(new Scale('log', { low: 0, high: 1 }, 0, 1).at(0)).toBeNaN()
  expect(padSpan({ low: 5, high: 5 }, 0.1)).toEqual({ low: 4.5, high: 5.5 })
  expect(padSpan({ low: 0, high: 0 }, 0.1)).toEqual({ low: -1, high: 1 })
})

test("what visdom's layouts say of axes", () => {
  const axis = readAxis({
    title: { text: '<b>loss</b> &amp; more' },
    type: 'log',
    range: [-2, 3],
    tickvals: [1, '2'],
    ticktext: ['one', 2],
    showticklabels: false,
  })
  expect(axis).toMatchObject({
    title: 'loss & more',
    type: 'log',
    range: [-2, 3],
    tickvals: [1, 2],
    ticktext: ['one', '2'],
    hasLabels: false,
  })
  expect(readAxis({ range: [null, 1] }).range).toBeUndefined()
  expect(readAxis({ titlefont: { color: 'black' }, tickfont: { color: '#f00' } })).toMatchObject({
    titleColor: undefined,
    tickColor: '#f00',
  })
  expect(readAxis('nonsense')).toMatchObject({ title: '', range: undefined, hasLabels: true })
  expect(plainText('a < b > c')).toBe('a < b > c')
})
