import { expect, test } from 'vitest'
import { CartesianChart } from '../src/page/plot/chart/cartesian/cartesian.js'
import { runsOf } from '../src/page/plot/chart/cartesian/layers.js'
import type { Chart } from '../src/page/plot/chart/chart.js'
import { HistogramsChart } from '../src/page/plot/chart/histograms/histograms.js'
import { NetworkChart } from '../src/page/plot/chart/network/network.js'
import { PieChart } from '../src/page/plot/chart/pie.js'
import { SpaceChart } from '../src/page/plot/chart/space/space.js'
import { partsOf, SunburstChart } from '../src/page/plot/chart/sunburst.js'
import { withLists } from '../src/page/plot/data/packed.js'
import { EVERYTHING, type Touched } from '../src/page/plot/data/touched.js'
import { SvgPainter } from '../src/page/plot/draw/svg.js'
import { kindOfContent } from '../src/page/plot/pane/plot-pane.js'
import type { PlotOptions } from '../src/page/plot/types.js'
import type { JsonObject, PlotContent, Trace } from '../src/protocol/types.js'
import { hostOf, light, Recorder } from './plot-recorder.js'

const grown = (...traces: readonly number[]): Touched => ({
  all: false,
  layout: false,
  grown: new Set(traces),
  changed: new Set(),
})

function cartesian(data: readonly Trace[], layout: JsonObject = {}, options: Partial<PlotOptions> = {}) {
  const host = hostOf(options)
  const chart = new CartesianChart(host)
  const content = { data, layout } as PlotContent
  chart.update(content, EVERYTHING)
  const draw = (): Recorder => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return recorder
  }
  return { chart, host, content, draw }
}

const line = (y: readonly (number | string | null)[], more: Partial<Trace> = {}): Trace => ({
  type: 'scatter',
  mode: 'lines',
  x: y.map((_, i) => i),
  y,
  line: { color: '#123456' },
  ...more,
})
/** Lines in a trace's colour. */
const own = ({ lines }: Recorder, color = '#123456') => lines.filter(({ stroke }) => stroke.color === color)
const textsOf = ({ texts }: Recorder): string[] => texts.map(({ text }) => text)

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

test('bars beside each other, stacked, below zero', () => {
  const bars = (
    layout: JsonObject,
    second: readonly number[],
  ): { x: number; y: number; width: number; height: number }[] => {
    const data = [
      { type: 'bar', name: 'a', x: ['p', 'q'], y: [1, 2], marker: { color: '#ff0000' } },
      { type: 'bar', name: 'b', x: ['p', 'q'], y: second, marker: { color: '#ff0000' } },
    ]
    return cartesian(data, { showlegend: false, ...layout })
      .draw()
      .rects.filter(({ fill }) => fill === 'rgba(255,0,0,0.92)')
      .map(({ rect }) => rect)
  }
  const [a, , b] = bars({}, [3, -1])
  expect(a!.x + a!.width).toBeCloseTo(b!.x)
  expect(b!.height).toBeCloseTo(3 * a!.height)
  const [c, , d] = bars({ barmode: 'stack' }, [3, 1])
  expect(c!.x).toBeCloseTo(d!.x)
  expect(d!.y + d!.height).toBeCloseTo(c!.y)
})

test('a histogram of raw values counts them', () => {
  const { chart, draw } = cartesian([{ type: 'histogram', x: [0.1, 0.2, 0.3, 5.5], nbinsx: 6 }])
  draw()
  expect(chart.hover(60, 200)?.rows[0]?.value).toBe('3')
})

test('a map of colours: rows from below, the names of both, NaN hatched', () => {
  const z = [
    [0, 1],
    [2, 'NaN'],
  ]
  const { chart, draw } = cartesian([
    {
      type: 'heatmap',
      z,
      x: ['a', 'b'],
      y: ['u', 'v'],
      colorscale: [
        [0, '#000000'],
        [1, '#ffffff'],
      ],
    } as unknown as Trace,
  ])
  const recorder = draw()
  const { pixels } = recorder.images[0]!
  // the first row of the image is the last of the values
  expect([...pixels.data.filter((_, i) => i % 4 === 0)]).toEqual([255, 0, 0, 128])
  expect([...pixels.data.filter((_, i) => i % 4 === 3)]).toEqual([255, 0, 255, 255])
  expect(textsOf(recorder)).toEqual(expect.arrayContaining(['a', 'b', 'u', 'v']))
  expect(chart.hover(100, 350)).toMatchObject({ title: 'a, u', rows: [{ value: '0' }] })
  expect(chart.csv()).toBe('trace,x,y,z\n1,a,u,0\n1,b,u,1\n1,a,v,2\n1,b,v,NaN\n')
})

test('tables hold all points and all columns', () => {
  const { chart } = cartesian([line([1, 'NaN'], { name: 'a', t: [5, 6] }), { y: [7] }])
  expect(chart.csv()).toBe('trace,x,y,t\na,0,1,5\na,1,NaN,6\n2,0,7,\n')
})

test('nothing, one point, and equal values have axes', () => {
  expect(textsOf(cartesian([line([])]).draw())).toContain('no data yet')
  expect(textsOf(cartesian([line([5])]).draw())).toContain('5.0')
  expect(cartesian([line(['NaN', 'NaN'])]).draw().lines.length).toBeGreaterThan(0)
  expect(cartesian([line([0, -1])], {}, { logY: true }).draw().lines.length).toBeGreaterThan(0)
  expect(cartesian([]).draw().lines.length).toBeGreaterThan(0)
})

const others: readonly (readonly [string, Chart, unknown, readonly string[]])[] = [
  [
    'a pie',
    new PieChart(hostOf()),
    { data: [{ type: 'pie', values: [1, 3, -2, 'NaN'], labels: ['a', 'b', 'c', 'd'] }], layout: { title: 'shares' } },
    ['shares', '25%', '75%', 'a'],
  ],
  [
    'a surface',
    new SpaceChart(hostOf()),
    {
      data: [
        {
          type: 'surface',
          z: [
            [0, 1],
            [2, 3],
          ],
        },
      ],
      layout: { scene: { zaxis: { title: 'h' } } },
    },
    ['x', 'y', 'h', '0', '3.0'],
  ],
  [
    'points in space',
    new SpaceChart(hostOf()),
    {
      data: [{ type: 'scatter3d', mode: 'markers+text', x: [0, 1], y: [0, 1], z: [0, 1], text: ['p', null] }],
      layout: {},
    },
    ['z', 'p'],
  ],
  [
    'a mesh',
    new SpaceChart(hostOf()),
    {
      data: [
        { type: 'mesh3d', x: [0, 1, 0, 0], y: [0, 0, 1, 0], z: [0, 0, 0, 1], i: [0, 0, 9], j: [1, 2, 1], k: [2, 3, 2] },
      ],
      layout: {},
    },
    ['x', 'y', 'z', '1.0'],
  ],
  [
    'a sunburst',
    new SunburstChart(hostOf()),
    {
      data: [{ type: 'sunburst', labels: ['all', 'one', 'two'], parents: ['', 'all', 'all'], values: [0, 3, 1] }],
      layout: {},
    },
    ['all', 'one', 'two'],
  ],
  [
    'histograms over time',
    new HistogramsChart(hostOf()),
    {
      data: [
        {
          type: 'histograms',
          name: 'w',
          steps: [0, 10],
          edges: [
            [0, 1, 2],
            [0, 1, 2],
          ],
          counts: [
            [1, 3],
            [2, 2],
          ],
        },
      ],
      layout: {},
    },
    ['w', 'step', '0', '10'],
  ],
  [
    'a model',
    new NetworkChart(hostOf()),
    {
      nodes: [
        { name: 0, path: '', kind: 'Net', parameters: 1200 },
        { name: 1, path: 'fc', kind: 'Linear', parameters: 1200, outputShapes: [[1, 10]] },
      ],
      edges: [{ source: 0, target: 1 }],
    },
    ['Net', 'fc', 'Linear', '1×10', '1.2k'],
  ],
  [
    'a network',
    new NetworkChart(hostOf()),
    {
      nodes: [
        { name: 0, label: 'a' },
        { name: 1, label: 'b' },
      ],
      edges: [{ source: 0, target: 1 }],
    },
    ['a', 'b'],
  ],
]

for (const [name, chart, content, expected] of others) {
  test(`${name}: what stands in it, also as SVG`, () => {
    chart.update(content as PlotContent, EVERYTHING)
    const recorder = new Recorder()
    chart.draw(recorder, light)
    expect(textsOf(recorder)).toEqual(expect.arrayContaining([...expected]))
    const svg = new SvgPainter(600, 400, () => 'data:image/png;base64,')
    chart.draw(svg, light)
    const text = svg.toString()
    expect(text).toMatch(/^<svg [^>]*viewBox="0 0 600 400"[\s\S]*<\/svg>\n$/)
    for (const part of expected) expect(text).toContain(`>${part}</text>`)
    expect(text).not.toMatch(/NaN|undefined/)
    expect(chart.csv().split('\n').length).toBeGreaterThan(2)
  })
}

test('a model opens and closes at its boxes', () => {
  const chart: Chart = new NetworkChart(hostOf())
  const nodes = ['', 'a', 'a.b'].map((path, name) => ({ name, path, kind: `K${name}` }))
  chart.update(
    {
      nodes,
      edges: [
        { source: 0, target: 1 },
        { source: 1, target: 2 },
      ],
    },
    EVERYTHING,
  )
  const draw = (): string[] => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return textsOf(recorder)
  }
  expect(draw()).toContain('b')
  chart.regions[1]!.press()
  expect(draw()).not.toContain('b')
  chart.regions[1]!.press()
  expect(draw()).toContain('b')
})

test('histograms that come are added, and a press shows one trace alone', () => {
  const trace = (name: string) => ({ type: 'histograms', name, steps: [0], edges: [[0, 1]], counts: [[5]] })
  const content = { data: [trace('u'), trace('v')], layout: {} }
  const chart = new HistogramsChart(hostOf())
  chart.update(content, EVERYTHING)
  content.data[0]!.steps.push(1)
  content.data[0]!.edges.push([0, 2])
  content.data[0]!.counts.push([7])
  chart.update(content, grown(0))
  expect(chart.csv()).toBe('trace,step,from,to,count\nu,0,0,1,5\nu,1,0,2,7\nv,0,0,1,5\n')
  chart.draw(new Recorder(), light)
  chart.regions[1]!.press()
  const alone = new Recorder()
  chart.draw(alone, light)
  expect(textsOf(alone)).toContain('v')
  expect(textsOf(alone)).not.toContain('u')
})

test('text of windows is only text in SVG', () => {
  const svg = new SvgPainter(600, 400, () => '')
  const { chart } = cartesian([line([1, 2], { name: '<script>"&' })], {
    title: '<img onerror=x>\u0000',
    showlegend: true,
  })
  chart.draw(svg, light)
  expect(svg.toString()).not.toMatch(/<script|<img|\p{Cc}(?<!\n)/u)
  expect(svg.toString()).toContain('&lt;script&gt;&quot;&amp;')
})

test('kinds: ours, and what is left to Plotly', () => {
  const kind = (...types: readonly (string | undefined)[]): string =>
    kindOfContent({ data: types.map((type) => ({ ...(type === undefined ? {} : { type }), y: [1] })), layout: {} })
  expect(kind('scatter', undefined, 'scattergl', 'bar')).toBe('cartesian')
  expect(kind('surface', 'scatter3d')).toBe('space')
  expect(kind('histograms')).toBe('histograms')
  expect(kind('pie')).toBe('pie')
  expect(kind('sunburst')).toBe('sunburst')
  expect(kind('violin')).toBe('plotly')
  // a mesh without triangles
  expect(kind('mesh3d')).toBe('plotly')
  expect(kind('scatter', 'pie')).toBe('plotly')
  expect(kindOfContent({ nodes: [], edges: [] })).toBe('network')
})

test('lines and texts that a layout puts into the plot', () => {
  const layout = {
    shapes: [{ type: 'line', x0: 1, x1: 1, yref: 'paper', y0: 0, y1: 1, line: { color: '#00aa00', dash: 'dash' } }],
    annotations: [{ x: 1, y: 2, text: 'best', showarrow: false }],
  }
  const recorder = cartesian([line([1, 2, 3])], layout).draw()
  const [x0, y0, x1, y1] = own(recorder, '#00aa00')[0]!.points as [number, number, number, number]
  const middle = own(recorder)[0]!.points
  expect([x0, x1]).toEqual([middle[2], middle[2]])
  expect(y0 - y1).toBeGreaterThan(200)
  expect(recorder.texts.find(({ text }) => text === 'best')).toMatchObject({ x: middle[2], y: middle[3] })
})

test('another axis drops the part that was chosen of the old one, and only that', () => {
  const y = Array.from({ length: 50 }, (_, i) => i + 1)
  const { chart, host, draw } = cartesian([line(y, { epoch: y.map((i) => i / 10) })])
  draw()
  chart.drag(200, 100, { shift: false, button: 0 })?.end(300, 200)
  const set = (changes: Partial<PlotOptions>): void => {
    Object.assign(host, { options: { ...host.options, ...changes } })
    chart.changed()
  }
  set({ smoothing: 0.5 })
  expect(chart.isZoomed).toBe(true)
  set({ xAxis: 'epoch' })
  expect(chart.isZoomed).toBe(true)
  expect(textsOf(draw())).toContain('5.0')
  set({ logY: true })
  expect(chart.isZoomed).toBe(false)
})

test('columns that are packed as bytes', () => {
  const bytes = (values: Float64Array | Int8Array): string =>
    btoa(String.fromCharCode(...new Uint8Array(values.buffer)))
  const packed = {
    data: [
      { type: 'scatter', y: { dtype: 'f8', bdata: bytes(Float64Array.of(1.5, 2.5)) } },
      { type: 'heatmap', z: { dtype: 'i1', bdata: bytes(Int8Array.of(1, 2, 3, -4)), shape: '2, 2' } },
      { type: 'scatter', y: { dtype: 'f8', bdata: '!' } },
    ],
    layout: {},
  }
  const { data } = withLists(packed as unknown as PlotContent)
  expect(data.map(({ y, z }) => y ?? z)).toEqual([
    [1.5, 2.5],
    [
      [1, 2],
      [3, -4],
    ],
    [],
  ])
  const plain = { data: [line([1])], layout: {} }
  expect(withLists(plain)).toBe(plain)
  expect(withLists({ data: [null, { y: [1] }] } as unknown as PlotContent)).toEqual({
    data: [{}, { y: [1] }],
    layout: {},
  })
})

test('subplots are left to Plotly', () => {
  const trace = { type: 'scatter', y: [1] }
  expect(kindOfContent({ data: [trace, { ...trace, yaxis: 'y2' }], layout: { yaxis2: { overlaying: 'y' } } })).toBe(
    'cartesian',
  )
  expect(kindOfContent({ data: [trace, { ...trace, xaxis: 'x2', yaxis: 'y2' }], layout: {} })).toBe('plotly')
  expect(kindOfContent({ data: [trace, { ...trace, yaxis: 'y2' }], layout: { yaxis2: { domain: [0, 0.4] } } })).toBe(
    'plotly',
  )
})

test('a sunburst: values of parts come on top or are within, and loops end', () => {
  const trace = { labels: ['a', 'b', 'c'], parents: ['', 'a', 'a'], values: [10, 3, 4] }
  expect(partsOf(trace)).toMatchObject({ label: 'a', value: 17 })
  expect(partsOf({ ...trace, branchvalues: 'total' }).value).toBe(10)
  expect(partsOf({ labels: ['a', 'b'], parents: ['', ''] })).toMatchObject({
    label: '',
    value: 2,
    children: [{ label: 'a' }, { label: 'b' }],
  })
  expect(partsOf({ labels: ['a', 'b'], parents: ['b', 'a'] }).value).toBe(0)
  expect(partsOf({ labels: ['a'], parents: ['a'] }).value).toBe(1)
})

test('a press on a part of a sunburst shows it alone, a press on the middle goes back', () => {
  const chart = new SunburstChart(hostOf())
  const trace = {
    type: 'sunburst',
    labels: ['all', 'u', 'v', 'u1'],
    parents: ['', 'all', 'all', 'u'],
    values: [0, 0, 5, 5],
  }
  chart.update({ data: [trace], layout: {} })
  const draw = (): string[] => {
    const recorder = new Recorder()
    chart.draw(recorder, light)
    return textsOf(recorder)
  }
  const press = (x: number, y: number): void => chart.drag(x, y).end(x, y)
  expect(draw()).toContain('v')
  // right of the middle, in the inner ring
  press(300 + 95, 200)
  expect(draw()).toEqual(['u', 'u1'])
  press(300, 200)
  expect(draw()).toContain('v')
})
