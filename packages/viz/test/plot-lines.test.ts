import { expect, test } from 'vitest'
import { runsOf } from '../src/page/plot/chart/cartesian/layers.js'
import { EVERYTHING } from '../src/page/plot/data/touched.js'
import { cartesian, grown, line, own, textsOf } from './plot-cartesian.js'
import type { Recorder } from './plot-recorder.js'

test('a line goes through its points, with breaks at gaps', () => {
  const { draw } = cartesian([line([0, 10, null, 5, 5])])
  const [path] = own(draw())
  const { points } = path!
  expect(points.length).toBe(2 * 5)
  expect([points[4], points[5]]).toEqual([Number.NaN, Number.NaN])
  const [x0, y0, x1, y1, , , x3, y3] = points as [number, number, number, number, number, number, number, number]
  expect(y0).toBeGreaterThan(y1)
  expect(y3).toBeCloseTo((y0 + y1) / 2, 6)
  expect(x3 - x0).toBeCloseTo(3 * (x1 - x0), 6)
})

test('of many points a line keeps every peak, with about as many points as pixels', () => {
  const y = Array.from({ length: 200_000 }, (_, i) => (i === 123_457 ? 50 : Math.sin(i)))
  const recorder = cartesian([line(y)]).draw()
  const [path] = own(recorder)
  expect(path!.points.length).toBeLessThan(2 * 2 * 2 * 600)
  const ys = path!.points.filter((_, i) => i % 2 === 1)
  // the peak is the topmost point by far
  const sorted = [...ys].sort((a, b) => a - b)
  expect(sorted[1]! - sorted[0]!).toBeGreaterThan(100)
})

test('points that come are drawn, and the line is read from where it ended', () => {
  const [x, y] = [[0, 1] as number[], [1, 2] as number[]]
  const { chart, content, draw } = cartesian([{ type: 'scatter', mode: 'lines', x, y, line: { color: '#123456' } }])
  x.push(2)
  y.push(3)
  // what came before is not looked at again
  y[0] = 100
  chart.update(content, grown(0))
  expect(own(draw())[0]!.points.length).toBe(6)
  expect(chart.hover(40, 200)?.rows[0]?.value).toBe('1')
})

test('smoothing draws the moving mean over a faint line', () => {
  const recorder = cartesian([line([0, 1, 0, 1, 0, 1, 0, 1])], {}, { smoothing: 0.9 }).draw()
  const lines = recorder.lines.filter(({ points }) => points.length === 16)
  expect(lines.map(({ stroke }) => stroke.color)).toEqual(['rgba(18,52,86,0.25)', '#123456'])
  const reach = (points: readonly number[]): number =>
    Math.max(...points.filter((_, i) => i % 2 === 1).slice(2)) -
    Math.min(...points.filter((_, i) => i % 2 === 1).slice(2))
  expect(reach(lines[1]!.points)).toBeLessThan(reach(lines[0]!.points) * 0.6)
})

test('what is not finite is marked at the edges and told once', () => {
  const { host, draw } = cartesian([line([1, 'NaN', 2, 'Infinity', '-Infinity', 1])], { title: 'acc' })
  const recorder = draw()
  expect(host.flags).toEqual([{ trace: '1', reason: 'not finite', message: 'NaN at step 1' }])
  expect(recorder.marks.map(({ marker }) => marker.symbol).filter((symbol) => symbol.startsWith('triangle'))).toEqual([
    'triangle-up',
    'triangle-down',
  ])
  const heights = recorder.marks.filter(({ marker }) => marker.symbol !== 'circle').map(({ points }) => points[1]!)
  expect(heights[0]!).toBeLessThan(heights[1]!)
  expect(
    recorder.lines.some(
      ({ stroke, points }) => stroke.color === '#123456' && points.length === 6 && points[0] === points[2],
    ),
  ).toBe(true)
})

test('a loss that diverges is told, and the flag goes when the window is replaced', () => {
  const y = [...Array.from({ length: 40 }, () => 1), ...Array.from({ length: 60 }, (_, i) => 10 + i)]
  const { chart, host } = cartesian([line(y, { name: 'train_loss' })])
  expect(host.flags[0]).toMatchObject({ trace: 'train_loss', reason: 'diverges' })
  chart.update({ data: [line([1, 1, 1], { name: 'train_loss' })], layout: {} }, EVERYTHING)
  expect(host.flags[1]).toBeNull()
})

test('the ends of axes are those of the layout, else those of the data in sight', () => {
  const { draw } = cartesian([line([1, 2, 3])], {
    yaxis: { range: [0, 10], title: 'metres' },
    xaxis: { range: [0, 4], tickvals: [0, 4], ticktext: ['start', 'end'] },
    title: 'climb',
  })
  expect(textsOf(draw())).toEqual(expect.arrayContaining(['climb', 'metres', 'start', 'end', '0', '10']))
  const log = cartesian([line([1, 10, 100])], { yaxis: { type: 'log', range: [0, 3] } })
  expect(textsOf(log.draw())).toEqual(expect.arrayContaining(['1', '10', '100', '1k']))
  expect(textsOf(cartesian([line([1, 10, 100])], { yaxis: { type: 'log' } }, { logY: false }).draw())).toContain('60')
})

test('two axes: a line on the right has its own scale', () => {
  const { draw } = cartesian([line([0, 1]), line([0, 1000], { yaxis: 'y2', line: { color: '#654321' } })], {
    yaxis2: { title: 'right', overlaying: 'y', side: 'right' },
  })
  const recorder = draw()
  const [left, right] = [own(recorder)[0]!.points, own(recorder, '#654321')[0]!.points]
  for (const [i, at] of left.entries()) expect(at).toBeCloseTo(right[i]!)
  expect(textsOf(recorder)).toEqual(expect.arrayContaining(['right', '1000', '1.0']))
})

test('x is the step, the time or the epoch, where all lines have them', () => {
  const t = [1000, 1060, 1300]
  const both = [line([1, 2, 3], { t, epoch: [0, 0.5, 1] })]
  expect(cartesian(both).chart.abilities().xAxes).toEqual(['step', 'relative', 'time', 'epoch'])
  expect(textsOf(cartesian(both, {}, { xAxis: 'relative' }).draw())).toEqual(
    expect.arrayContaining(['5:00', 'time since start']),
  )
  expect(textsOf(cartesian(both, { xaxis: { title: 'it' } }, { xAxis: 'epoch' }).draw())).toEqual(
    expect.arrayContaining(['epoch', '0.5']),
  )
  const mixed = cartesian([...both, line([1, 2, 3])], { xaxis: { title: 'it' } }, { xAxis: 'epoch' })
  expect(mixed.chart.abilities().xAxes).toEqual(['step'])
  expect(textsOf(mixed.draw())).toContain('it')
})

test('a selected part stays while data come, and moves along if asked to', () => {
  const x = Array.from({ length: 101 }, (_, i) => i)
  const run = (follow: boolean): string[] => {
    const xs = [...x]
    const trace = { type: 'scatter', mode: 'lines', x: xs, y: [...x] }
    const { chart, content, draw } = cartesian([trace], {}, { follow })
    draw()
    const drag = chart.drag(200, 100, { shift: false, button: 0 })
    expect(drag?.move(300, 102)?.width).toBeCloseTo(100)
    drag?.end(300, 102)
    expect(chart.isZoomed).toBe(true)
    for (let i = 101; i < 500; i++) {
      xs.push(i)
      ;(trace.y as number[]).push(i)
    }
    chart.update(content, grown(0))
    const texts = textsOf(draw())
    chart.resetZoom()
    expect(chart.isZoomed).toBe(false)
    return texts
  }
  expect(run(false)).toContain('40')
  expect(run(true)).toContain('490')
})

test('the wheel zooms around the pointer, along x only', () => {
  const { chart, draw } = cartesian([line(Array.from({ length: 101 }, (_, i) => i))])
  const before = draw()
  const title = chart.hover(300, 200)?.title
  chart.zoom(300, 200, -1)
  const after = draw()
  const xs = (recorder: Recorder): number => own(recorder)[0]!.points[0]!
  expect(xs(after)).toBeLessThan(xs(before))
  // numbers beside the axis are wider or narrower than before
  expect(Math.abs(Number(chart.hover(300, 200)?.title) - Number(title))).toBeLessThanOrEqual(1)
})

test('names in the legend switch lines off and on, and alone', () => {
  const { chart, draw } = cartesian([
    line([1, 2], { name: 'a' }),
    line([100, 200], { name: 'b', line: { color: '#654321' } }),
  ])
  draw()
  const region = (i: number) => chart.regions[i]!
  region(1).press()
  const recorder = draw()
  expect(own(recorder, '#654321').filter(({ points }) => points.length === 4 && points[1] !== points[3])).toEqual([])
  // y has room for what is left
  expect(textsOf(recorder)).not.toContain('200')
  region(1).pressTwice?.()
  expect(textsOf(draw())).toContain('200')
  expect(cartesian([line([1]), line([2])], { showlegend: false }).chart.regions).toEqual([])
})

test('values of all lines at the pointer, the highest first', () => {
  const { chart, draw } = cartesian([line([1, 2, 3], { name: 'low' }), line([5, 6, 7], { name: 'high' })], {
    xaxis: { title: 'step' },
  })
  draw()
  const hover = chart.hover(310, 100)
  expect(hover?.title).toBe('step 1')
  expect(hover?.rows.map(({ name, value }) => [name, value])).toEqual([
    ['high', '6'],
    ['low', '2'],
  ])
  expect(chart.hover(0, 0)).toBeNull()
})

test('runs that are compared have a colour each, and names a dash each', () => {
  expect(runsOf(['0_a', '0_b', '1_a'].map((name) => ({ name })))?.map(({ color, dash }) => [color, dash])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
  ])
  expect(runsOf([{ name: '0_a' }, { name: 'b' }])).toBeNull()
  expect(runsOf([{ name: '0_a' }, { name: '0_b' }])).toBeNull()
})

test('lines over categories, dates, and x that goes back and forth', () => {
  expect(textsOf(cartesian([line([1, 2], { x: ['cat', 'dog'] })]).draw())).toEqual(
    expect.arrayContaining(['cat', 'dog']),
  )
  expect(textsOf(cartesian([line([1, 2], { x: ['2024-01-01', '2024-01-03'] })]).draw())).toContain('01-02 00:00')
  const xs = own(cartesian([line([0, 1, 2], { x: [0, 10, 5] })]).draw())[0]!.points.filter((_, i) => i % 2 === 0)
  expect(xs[2]!).toBeCloseTo((xs[0]! + xs[1]!) / 2)
})

test('categories that come later get their place', () => {
  const [x, y] = [[1, 2] as (number | string)[], [1, 2]]
  const { chart, content, draw } = cartesian([{ type: 'scatter', mode: 'lines', x, y }])
  x.push('three')
  y.push(3)
  chart.update(content, grown(0))
  expect(textsOf(draw())).toEqual(expect.arrayContaining(['1', '2', 'three']))
})

test('fill between lines', () => {
  const { draw } = cartesian([
    line([1, 1], { fill: 'tonexty', fillcolor: '#aaaaaa' }),
    line([3, 3], { fill: 'tonexty', fillcolor: '#bbbbbb' }),
  ])
  const [first, second] = draw().polygons.filter(({ fill }) => fill === '#aaaaaa' || fill === '#bbbbbb')
  expect(first!.points.length).toBe(8 + 2)
  // from the upper line down to the lower
  const ys = new Set(second!.points.filter((_, i) => i % 2 === 1))
  expect(ys.size).toBe(2)
})

test('markers with colours, sizes and symbols of their own', () => {
  const marker = { size: [4, 8, 8], color: ['#ff0000', '#00ff00', '#00ff00'], symbol: 'cross-thin-open' }
  const { marks } = cartesian([{ type: 'scatter', mode: 'markers', x: [0, 1, 2], y: [0, 1, 2], marker }]).draw()
  expect(marks.map(({ points, marker: { symbol, stroke } }) => [points.length / 2, symbol, stroke?.color])).toEqual([
    [1, 'cross', '#ff0000'],
    [2, 'cross', '#00ff00'],
  ])
})
